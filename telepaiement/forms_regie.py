"""Forms of the tills and régies: counts, sales, appointments, versements."""

from typing import Any

from django import forms
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.cartes import FormulaireSansCarte, SansCarte
from facturier.commun.montants import afficher
from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from telepaiement.cloture import Pointage
from telepaiement.coupures import coupures_du, nommer_coupure
from telepaiement.models import (
    ComblementDeficit,
    EtatNomination,
    Guichet,
    Mode,
    MouvementFonds,
    Nomination,
    RectificationVersement,
    Regie,
    SessionCaisse,
)
from telepaiement.ventes import QUANTITE_MAXIMALE, produits_vendus

NOMBRE_MAXIMAL = 100_000


class CoupuresForm(FormulaireSansCarte):
    """Cash counted: how many of each note and coin."""

    AVANT = ("entrant", "en_presence_de")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        autres = self.fields
        self.valeurs = coupures_du(timezone.localdate())
        self.fields = {
            f"coupure_{valeur}": nombre(nommer_coupure(valeur)) for valeur in self.valeurs
        }
        self.fields |= autres

    @property
    def coupures(self) -> dict[int, int]:
        """Return what was typed, by face value; an empty field is none."""
        return {valeur: self.cleaned_data.get(f"coupure_{valeur}") or 0 for valeur in self.valeurs}

    @property
    def champs_coupures(self) -> list[forms.BoundField]:
        """Return the fields of the notes and coins, for a page that draws them together."""
        return [self[f"coupure_{valeur}"] for valeur in self.valeurs]

    @property
    def champs_avant(self) -> list[forms.BoundField]:
        """Return the fields that come before the count: the people of a procès-verbal."""
        return [champ for champ in self if champ.name in self.AVANT]

    @property
    def champs_apres(self) -> list[forms.BoundField]:
        """Return the fields that come after the count."""
        return [
            champ
            for champ in self
            if champ.name not in self.AVANT and not champ.name.startswith("coupure_")
        ]


def nombre(
    libelle: str, maximum: int = NOMBRE_MAXIMAL, *, est_exige: bool = False
) -> forms.IntegerField:
    """Return the field of a number that may be left empty, unless `est_exige`."""
    champ = forms.IntegerField(
        label=libelle,
        required=est_exige,
        min_value=0,
        max_value=maximum,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "court"}),
    )
    champ.selon_le_cas = not est_exige  # type: ignore[attr-defined]
    return champ


class ClotureForm(CoupuresForm):
    """What was counted in the till: cash, then what its counter may also have received."""

    terminal = SaisieMontantField(
        label="Total du terminal",
        help_text="Le total que le terminal imprime à la télécollecte ; 0 s’il n’a pas servi.",
    )
    tickets = nombre("Nombre de tickets du terminal", est_exige=True)
    cheques = nombre("Nombre de chèques", est_exige=True)
    motif_ecart = forms.CharField(
        label="Motif de l’écart",
        max_length=200,
        required=False,
        help_text="À remplir si ce qui est compté diffère de ce qui est attendu.",
    )
    motif_absence = forms.CharField(
        label="Pourquoi l’agent ne clôture pas lui-même",
        max_length=200,
        help_text="Par exemple : congé de maladie. La clôture le garde, sous votre nom.",
    )
    reporter = forms.BooleanField(
        label="Reporter les paiements au lecteur à vérifier",
        required=False,
        help_text="Seulement si la banque ne répond pas : ils sont listés dans la clôture.",
    )

    def __init__(
        self, *args: Any, session: SessionCaisse, est_la_sienne: bool, **kwargs: Any
    ) -> None:
        """Ask for what this till may hold, and for a reason when it is someone else's."""
        super().__init__(*args, **kwargs)
        recus = set(session.encaissements.valides().values_list("mode", flat=True))
        inutiles = set()
        if not session.guichet.terminal and Mode.TPE not in recus:
            inutiles |= {"terminal", "tickets"}
        if not session.regie.accepte_cheque and Mode.CHEQUE not in recus:
            inutiles.add("cheques")
        if est_la_sienne:
            inutiles.add("motif_absence")
        for nom in inutiles:
            del self.fields[nom]

    @property
    def pointage(self) -> Pointage:
        """Return what was counted beside the cash."""
        noms = ("terminal", "tickets", "cheques")
        return Pointage(**{nom: self.cleaned_data.get(nom) or 0 for nom in noms})


class ContresignatureForm(FormulaireSansCarte):
    """Signing the closing of someone else."""

    observations = forms.CharField(max_length=200, required=False)


class ClassementForm(FormulaireSansCarte):
    """The titre that a receipt paid."""

    reference = forms.CharField(
        label="Référence du titre",
        max_length=30,
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
    )


class VenteForm(FormulaireSansCarte):
    """How many of each product sold at a published tariff."""

    payeur = forms.CharField(
        label="Nom du payeur", max_length=100, required=False, help_text="Pour la quittance."
    )

    def __init__(self, *args: Any, regie: Regie, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.produits = list(produits_vendus(regie))
        autres = self.fields
        self.fields = {
            f"produit_{produit.pk}": nombre(
                f"{produit.libelle}, à {afficher(produit.tarif)}", QUANTITE_MAXIMALE
            )
            for produit in self.produits
        }
        self.fields |= autres

    @property
    def quantites(self) -> dict[int, int]:
        """Return what was typed, by key of the product."""
        return {
            produit.pk: self.cleaned_data.get(f"produit_{produit.pk}") or 0
            for produit in self.produits
        }


class TarifForm(FormulaireSansCarte):
    """A price, from when, founded on what."""

    montant = SaisieMontantField(label="Tarif", minimum=1)
    debut = SaisieJourField(label="À partir du")
    deliberation = forms.CharField(
        label="Délibération", max_length=100, help_text="Référence et date : elle est publiée."
    )


class FinTarifForm(FormulaireSansCarte):
    """The last day of a tariff."""

    fin = SaisieJourField(label="Dernier jour")
    deliberation = forms.CharField(label="Délibération qui y met fin", max_length=100)


class RegieForm(SansCarte, forms.ModelForm):  # type: ignore[type-arg]
    """What the acte of a régie allows."""

    motif = forms.CharField(
        label="Acte qui crée ou modifie la régie",
        max_length=200,
        help_text="Référence et date : elle reste dans l’historique.",
    )

    class Meta:
        model = Regie
        fields = (
            "code",
            "libelle",
            "acte",
            "date_acte",
            "date_avis_conforme",
            "comptable",
            "produits",
            "plafond_encaisse",
            "fonds_caisse",
            "versement_jours",
            "accepte_especes",
            "accepte_cheque",
            "accepte_tpe",
            "accepte_virement",
        )
        field_classes = {"date_acte": SaisieJourField, "date_avis_conforme": SaisieJourField}
        widgets = {"produits": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class GuichetForm(SansCarte, forms.ModelForm):  # type: ignore[type-arg]
    """A counter, its bank terminal and its card reader."""

    class Meta:
        model = Guichet
        fields = ("code", "libelle", "terminal", "lecteur", "est_ouvert")

    motif = forms.CharField(max_length=200, help_text="Il reste dans l’historique.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class NominationForm(FormulaireSansCarte):
    """Who is appointed, as what, by which arrêté."""

    personne = forms.ModelChoiceField(
        Utilisateur.objects.filter(attributions__role=Role.REGISSEUR, is_active=True).order_by(
            "nom", "prenom"
        ),
        empty_label="Choisissez",
        help_text="Les personnes qui ont le rôle de régisseur.",
    )
    qualite = forms.ChoiceField(label="Qualité", choices=Nomination.Qualite.choices)
    debut = SaisieJourField(label="À partir du")
    fin = SaisieJourField(
        label="Jusqu’au",
        required=False,
        help_text="Obligatoire pour un suppléant : deux mois au plus.",
    )
    remplace = forms.ModelChoiceField(
        Nomination.objects.none(),
        label="À la place de",
        required=False,
        empty_label="Régisseur",
        help_text="Pour un suppléant : celui qui s’absente.",
    )
    arrete = forms.CharField(label="Arrêté de nomination", max_length=100)
    date_arrete = SaisieJourField(label="Date de l’arrêté")
    date_avis_conforme = SaisieJourField(label="Date de l’avis conforme du comptable")
    date_accord_regisseur = SaisieJourField(
        label="Date de l’accord du régisseur",
        required=False,
        help_text="Obligatoire pour un mandataire.",
    )

    def __init__(self, *args: Any, regie: Regie, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remplace"].queryset = Nomination.objects.filter(  # type: ignore[attr-defined]
            regie=regie, qualite=Nomination.Qualite.SUPPLEANT, etat=EtatNomination.EN_VIGUEUR
        ).select_related("personne")


class FinNominationForm(FormulaireSansCarte):
    """End of an appointment."""

    fin = SaisieJourField(label="Fin des fonctions le")
    arrete = forms.CharField(label="Arrêté de fin de fonctions", max_length=100)


class CautionnementForm(FormulaireSansCarte):
    """The bond of a régisseur."""

    montant = SaisieMontantField(minimum=1)
    reference = forms.CharField(label="Référence du cautionnement", max_length=100)


class FondsForm(FormulaireSansCarte):
    """Fonds de caisse handed over or taken back."""

    nature = forms.ChoiceField(label="Mouvement", choices=MouvementFonds.Nature.choices)
    montant = SaisieMontantField(minimum=1)
    jour = SaisieJourField(label="Le", au_plus_tard=timezone.localdate)
    reference = forms.CharField(label="Numéro du reçu", max_length=60)


class ComblementForm(FormulaireSansCarte):
    """What the régisseur pays back of a déficit."""

    moyen = forms.ChoiceField(label="La somme est")
    montant = SaisieMontantField(minimum=1)
    recepisse = forms.CharField(
        label="Numéro du récépissé",
        max_length=40,
        required=False,
        help_text="Donné par la Trésorerie quand elle reçoit la somme.",
    )

    def __init__(self, *args: Any, est_regisseur: bool, est_finances: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        moyens = ComblementDeficit.Moyen
        admis = ([moyens.ESPECES] if est_regisseur else []) + (
            [moyens.TRESORERIE] if est_finances else []
        )
        self.fields["moyen"].choices = [(moyen, moyen.label) for moyen in admis]  # type: ignore[attr-defined]
        if not est_finances:
            del self.fields["recepisse"]


class _DecompteForm(CoupuresForm):
    """Cash and cheques counted, and what explains a difference."""

    cheques_comptes = forms.IntegerField(
        label="Nombre de chèques comptés", min_value=0, max_value=NOMBRE_MAXIMAL, initial=0
    )
    observations = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text="À remplir si le compte diffère de ce qui est attendu.",
    )


class RemiseServiceForm(_DecompteForm):
    """A régie handed over."""

    entrant = forms.ModelChoiceField(Nomination.objects.none(), empty_label="Choisissez")

    def __init__(self, *args: Any, entrants: list[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cles = [nomination.pk for nomination in entrants]
        champ = self.fields["entrant"]
        champ.queryset = Nomination.objects.filter(pk__in=cles).select_related("personne")  # type: ignore[attr-defined]


class VerificationRegieForm(_DecompteForm):
    """An unannounced check."""

    en_presence_de = forms.CharField(label="En présence de", max_length=100)


class RegularisationForm(FormulaireSansCarte):
    """The titre that regularises sales: until when, for which department, at which address."""

    jusqu_au = SaisieJourField(label="Ventes jusqu’au", au_plus_tard=timezone.localdate)
    service = forms.ModelChoiceField(
        ServiceGestionnaire.objects.order_by("code"), empty_label="Choisissez"
    )
    adresse_voie = forms.CharField(label="Voie ou boîte postale de la régie", max_length=38)
    code_postal = forms.CharField(label="Code postal", max_length=5)
    ville = forms.CharField(max_length=38)


class ConservationForm(FormulaireSansCarte):
    """The titre that keeps an excédent: what was searched, for which service, at which address."""

    motif = forms.CharField(
        label="Recherches faites",
        max_length=200,
        help_text="Ce qui a été cherché, et en vain. Les bases de liquidation du titre le disent.",
    )
    service = forms.ModelChoiceField(
        ServiceGestionnaire.objects.order_by("code"), empty_label="Choisissez"
    )
    adresse_voie = forms.CharField(label="Voie ou boîte postale de la régie", max_length=38)
    code_postal = forms.RegexField(
        r"^[0-9]{5}$",
        label="Code postal",
        widget=forms.TextInput({"class": "court", "inputmode": "numeric"}),
        error_messages={"invalid": "Saisissez les cinq chiffres du code postal."},
    )
    ville = forms.CharField(max_length=38)


class PeriodeForm(forms.Form):
    """The days that a register shows, both included."""

    du = SaisieJourField(label="Du")
    au = SaisieJourField(label="Au")

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        donnees: dict[str, Any] = super().clean() or {}
        du, au = donnees.get("du"), donnees.get("au")
        if du and au and au < du:
            self.add_error("au", "La période finit avant de commencer : corrigez l’une des dates.")
        return donnees


class RecepisseForm(FormulaireSansCarte):
    """What the treasury gave for a versement."""

    recepisse = forms.CharField(label="Numéro du récépissé", max_length=40)


class VersementForm(CoupuresForm):
    """The cash that leaves for the treasury, counted."""

    def __init__(self, *args: Any, a_des_especes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not a_des_especes:
            self.valeurs = []
            self.fields = {}


class RectificationForm(FormulaireSansCarte):
    """What the treasury finds wrong in a versement received."""

    nature = forms.ChoiceField(label="Constat", choices=RectificationVersement.Nature.choices)
    montant = SaisieMontantField(
        label="Différence", minimum=1, help_text="La somme en moins ou en plus, pas le total."
    )
    motif = forms.CharField(
        max_length=200, help_text="Le régisseur le lit : recomptage, billet faux et son numéro."
    )


class AnnulationVersementForm(FormulaireSansCarte):
    """A versement that is wrong."""

    motif = forms.CharField(
        max_length=200, help_text="Il reste sur le bordereau, qui garde son numéro."
    )


class LecteurForm(FormulaireSansCarte):
    """What the reader of the counter takes."""

    montant = SaisieMontantField(label="Montant au lecteur", minimum=1)
