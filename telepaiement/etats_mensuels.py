"""The month of a régie, justified to the treasury whatever the means of payment (art. 10).

Cash and cheques are paid over by the régie; cards and transfers reach the treasury by the bank: the
state lists all, so that a régie without cash justifies its receipts as the others do.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format

from facturier.acces.models import Utilisateur
from facturier.commun.calendrier import plus_mois
from facturier.commun.etats import ActeInterdit
from facturier.commun.pdf import Colonne, Document
from telepaiement.models import (
    Encaissement,
    EtatMensuel,
    EtatVersementRegie,
    LigneVente,
    Mode,
    RectificationVersement,
    Regie,
    SessionCaisse,
)
from telepaiement.nominations import exiger_habilite

A_CLASSER = "Recettes à classer"
MOIS_RAPPELES = 12  # a month that nobody justified is recalled for a year


def ventiler(recus: QuerySet[Encaissement]) -> dict[tuple[str, str], int]:
    """Return whole francs by (code of the product, mode); the code is empty for what is unknown."""
    sommes: dict[tuple[str, str], int] = {}
    titres = recus.filter(titre__isnull=False).values_list("titre__code_produit", "mode")
    ventes = LigneVente.objects.filter(vente__encaissement__in=recus)
    a_classer = recus.exclude(mention="").values_list("mode")
    for code, mode, somme in [
        *titres.order_by().annotate(somme=Sum("montant")),
        *ventes.values_list("produit__code", "vente__encaissement__mode")
        .order_by()
        .annotate(somme=Sum("montant")),
        *(("", *ligne) for ligne in a_classer.order_by().annotate(somme=Sum("montant"))),
    ]:
        sommes[code, mode] = sommes.get((code, mode), 0) + int(somme)
    return sommes


def nommer_mois(mois: date) -> str:
    """Return the month that begins on `mois` in French: `octobre 2026`."""
    return str(date_format(mois, "F Y"))


def de_mois(mois: date) -> str:
    """Return the month after its preposition: `de novembre 2026`, `d’octobre 2026`."""
    nom = nommer_mois(mois)
    return f"d’{nom}" if nom[0] in "ao" else f"de {nom}"


def recettes_du_mois(regie: Regie, mois: date) -> QuerySet[Encaissement]:
    """Return what the régie received in the month that begins on `mois`, by any means.

    What is only classed, received before, is left out.
    """
    return _recettes(regie, mois, plus_mois(mois, 1))


def totaux_par_mois() -> dict[tuple[int, date], int]:
    """Return whole francs received by (key of the régie, first day of the month), in one query."""
    recues = Encaissement.objects.valides().exclude(mode=Mode.CLASSEMENT).order_by()
    lignes = (
        recues.annotate(mois=TruncMonth("jour"))
        .values_list("regie", "mois")
        .annotate(total=Sum("montant"))
    )
    return {(regie, mois): int(total) for regie, mois, total in lignes}


def _recettes(regie: Regie, debut: date, fin: date) -> QuerySet[Encaissement]:
    """Return what the régie received from `debut`, before `fin`."""
    recues = Encaissement.objects.valides().filter(regie=regie, jour__gte=debut, jour__lt=fin)
    return recues.exclude(mode=Mode.CLASSEMENT)


def par_mode(sommes: Mapping[tuple[str, str], int]) -> list[tuple[str, int]]:
    """Return (means, whole francs) of what `ventiler` returned, means without receipts left out."""
    recus = {code for _, code in sommes}
    return [
        (str(mode.label), sum(somme for (_, code), somme in sommes.items() if code == mode))
        for mode in Mode
        if mode in recus
    ]


def mois_a_justifier(regie: Regie, jour: date) -> list[date]:
    """Return the months over before `jour`, of the last twelve, with receipts and without state."""
    courant = jour.replace(day=1)
    etablis = set(regie.etats_mensuels.values_list("mois", flat=True))
    recus = (
        _recettes(regie, plus_mois(courant, -MOIS_RAPPELES), courant)
        .order_by()
        .annotate(mois=TruncMonth("jour"))
        .values_list("mois", flat=True)
        .distinct()
    )
    return sorted(set(recus) - etablis)


def mois_sans_etat(regie: Regie, sessions: QuerySet[SessionCaisse]) -> list[date]:
    """Return the months of the receipts of `sessions` whose state is not established."""
    recues = Encaissement.objects.valides().filter(regie=regie, session__in=sessions)
    mois = recues.exclude(mode=Mode.CLASSEMENT).order_by().annotate(mois=TruncMonth("jour"))
    etablis = regie.etats_mensuels.values_list("mois", flat=True)
    return sorted(set(mois.values_list("mois", flat=True)) - set(etablis))


@transaction.atomic
def etablir_etat(*, regie: Regie, mois: date, par: Utilisateur) -> EtatMensuel:
    """Establish the state of the month that begins on `mois`, once it is over and its tills closed.

    Raises:
        ActeInterdit: `par` holds no régie.
        ValidationError: not appointed, the month is not over, one of its tills is open, or done
            already.
    """
    if not par.a_role("regisseur"):
        raise ActeInterdit("L’état mensuel revient au régisseur.")
    exiger_habilite(regie, par, timezone.localdate())
    Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    suivant = plus_mois(mois, 1)
    if timezone.localdate() < suivant:
        raise ValidationError(f"Le mois de {nommer_mois(mois)} n’est pas fini.")
    if regie.sessions.filter(jour__gte=mois, jour__lt=suivant, etat="ouverte").exists():
        raise ValidationError("Une caisse de ce mois est encore ouverte : clôturez-la d’abord.")
    etat = EtatMensuel(
        regie=regie,
        mois=mois,
        total=sum(ventiler(recettes_du_mois(regie, mois)).values()),
        par=par,
    )
    etat.full_clean()
    etat.save(force_insert=True)
    return etat


def dessiner_etat(etat: EtatMensuel) -> bytes:
    """Return the état récapitulatif of a month: by product and imputation, by means, versements."""
    sortie = io.BytesIO()
    regie = etat.regie
    nom = f"État récapitulatif {de_mois(etat.mois)}"
    sommes = ventiler(recettes_du_mois(regie, etat.mois))
    with Document(
        sortie,
        titre=f"{nom}, {regie.code}",
        etabli_le=etat.etabli_le,
        reference=f"État {regie.code} {etat.mois:%Y-%m}",
        emetteur=(regie.libelle, regie.acte),
    ) as pdf:
        pdf.titre(nom, regie.libelle)
        pdf.resume(
            [
                ("Comptable assignataire", regie.comptable),
                ("Établi le", f"{timezone.localtime(etat.etabli_le):%d/%m/%Y}"),
                ("Établi par", etat.par.nom_complet),
            ]
        )
        pdf.intertitre("Recettes par mode de paiement")
        pdf.tableau(
            [Colonne("Mode", 4), Colonne("Montant", 2, est_nombre=True)],
            par_mode(sommes),
            total=("Total", etat.total),
        )
        pdf.intertitre("Recettes par produit et imputation")
        pdf.tableau(
            [
                Colonne("Produit", 4),
                Colonne("Compte", 1),
                Colonne("Mode", 3),
                Colonne("Montant", 2, est_nombre=True),
            ],
            _lignes(regie, sommes),
            total=("Total", "", "", etat.total),
        )
        _verser(pdf, etat)
        pdf.intertitre("Signatures")
        pdf.paragraphe("Le régisseur :")
        pdf.espace(30)
        pdf.paragraphe("Vu par la Trésorerie, le :")
    return sortie.getvalue()


def _lignes(
    regie: Regie, sommes: dict[tuple[str, str], int]
) -> Iterator[tuple[str, str, str, int]]:
    produits = {produit.code: produit for produit in regie.produits.all()}
    for (code, mode), somme in sorted(sommes.items()):
        produit = produits.get(code)
        nom = str(produit or code or A_CLASSER)
        yield (nom, produit.compte if produit else "", str(Mode(mode).label), somme)


def rectifications_du_mois(regie: Regie, mois: date) -> QuerySet[RectificationVersement]:
    """Return the versements that the treasury corrected in the month that begins on `mois`."""
    faites = RectificationVersement.objects.filter(
        versement__regie=regie, jour__gte=mois, jour__lt=plus_mois(mois, 1)
    )
    return faites.select_related("versement__regie").order_by("pk")


def _rectifier(pdf: Document, etat: EtatMensuel) -> None:
    """List what the treasury found wrong in versements received."""
    faites = list(rectifications_du_mois(etat.regie, etat.mois))
    if not faites:
        return
    pdf.intertitre("Versements rectifiés par la Trésorerie dans le mois")
    pdf.tableau(
        [
            Colonne("Bordereau", 3),
            Colonne("Jour", 2),
            Colonne("Constat et motif", 5),
            Colonne("Écart", 2, est_nombre=True),
        ],
        [
            (
                une.versement.reference,
                f"{une.jour:%d/%m/%Y}",
                f"{une.get_nature_display()} : {une.motif}",
                une.ecart,
            )
            for une in faites
        ],
        total=("Total", "", "", sum(une.ecart for une in faites)),
    )


def _verser(pdf: Document, etat: EtatMensuel) -> None:
    """List what the régie paid over in the month, and the differences of its tills."""
    periode = {"jour__gte": etat.mois, "jour__lt": plus_mois(etat.mois, 1)}
    versements = etat.regie.versements.filter(**periode).exclude(etat=EtatVersementRegie.ANNULE)
    lignes = [
        (
            versement.reference,
            f"{versement.jour:%d/%m/%Y}",
            versement.recepisse or "Attendu",
            versement.especes,
            versement.montant_cheques,
        )
        for versement in versements.select_related("regie").order_by("pk")
    ]
    if lignes:
        pdf.intertitre("Espèces et chèques versés dans le mois")
        pdf.tableau(
            [
                Colonne("Bordereau", 3),
                Colonne("Jour", 2),
                Colonne("Récépissé", 2),
                Colonne("Espèces", 2, est_nombre=True),
                Colonne("Chèques", 2, est_nombre=True),
            ],
            lignes,
            total=("Total", "", "", sum(un[3] for un in lignes), sum(un[4] for un in lignes)),
        )
    _rectifier(pdf, etat)
    caisses = SessionCaisse.objects.filter(regie=etat.regie, **periode)
    ecarts = [(f"{une}", une.ecart) for une in caisses.order_by("pk") if une.ecart]
    if ecarts:
        pdf.intertitre("Écarts de caisse du mois")
        pdf.tableau(
            [Colonne("Caisse", 4), Colonne("Écart", 2, est_nombre=True)],
            ecarts,
            total=("Total", sum(ecart for _, ecart in ecarts)),
        )
