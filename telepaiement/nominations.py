"""Who holds a régie: appointed by arrêté, installed by a hand-over (décret 2012-829, 3 to 7)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit, franchir
from telepaiement.models import (
    EtatNomination,
    EtatQuitus,
    Nomination,
    Quitus,
    Regie,
    RemiseService,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrete:
    """The act that appoints: its reference, its day, and the agreements that it rests on."""

    reference: str
    date_arrete: date
    date_avis_conforme: date
    date_accord_regisseur: date | None = None


@transaction.atomic
def nommer(
    *,
    regie: Regie,
    personne: Utilisateur,
    qualite: str,
    arrete: Arrete,
    debut: date,
    par: Utilisateur,
    fin: date | None = None,
    remplace: Nomination | None = None,
) -> Nomination:
    """Record an appointment; the person answers for the régie once it was handed over to him.

    Args:
        remplace: the suppléant who is absent in his turn; without him, a suppléant replaces the
            régisseur.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: a rule of the décret is broken; in French.
    """
    exiger_agent(par)
    nomination = Nomination(
        regie=regie,
        personne=personne,
        qualite=qualite,
        debut=debut,
        fin=fin,
        remplace=remplace,
        arrete=arrete.reference.strip(),
        date_arrete=arrete.date_arrete,
        date_avis_conforme=arrete.date_avis_conforme,
        date_accord_regisseur=arrete.date_accord_regisseur,
    )
    if qualite == Nomination.Qualite.REGISSEUR:
        nomination.date_accord_regisseur = None
    nomination.full_clean()
    try:
        with transaction.atomic():
            nomination.save(force_insert=True)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    nomination.passages.create(
        acte="nommer", depart="", arrivee=nomination.etat, motif=nomination.arrete, par=par
    )
    return nomination


def terminer(nomination: Nomination, *, fin: date, arrete: str, par: Utilisateur) -> None:
    """End an appointment on `fin`, by an arrêté; the régie is then handed over to another.

    Raises:
        ValidationError: no arrêté, a day before it began or after the end that was set.
        facturier.commun.etats.ActeInterdit, TransitionInterdite: see `franchir`.
    """
    if not arrete.strip():
        raise ValidationError({"arrete": "Indiquez l’arrêté de fin de fonctions."})
    if fin < nomination.debut or (nomination.fin and fin > nomination.fin):
        raise ValidationError({"fin": "Cette date est hors de la période de la nomination."})
    franchir(nomination, "terminer", par=par, motif=arrete, fin=fin, arrete_fin=arrete[:100])


def cautionner(nomination: Nomination, *, montant: int, reference: str, par: Utilisateur) -> None:
    """Record the bond that a régisseur gave (art. 4), in whole francs.

    Raises:
        ValidationError: not a régisseur, no amount or no reference.
    """
    if nomination.est_responsable and nomination.qualite == Nomination.Qualite.REGISSEUR:
        if montant <= 0 or not reference.strip():
            raise ValidationError("Un cautionnement a un montant et une référence.")
        franchir(
            nomination,
            "cautionner",
            par=par,
            motif=reference,
            cautionnement=montant,
            reference_cautionnement=reference.strip()[:100],
        )
        return
    raise ValidationError("Seul le régisseur donne un cautionnement.")


def en_fonction(regie: Regie, jour: date) -> list[Nomination]:
    """Return the appointments in force on `jour`, who answers for the régie first."""
    nominations = Nomination.objects.filter(
        Q(fin__isnull=True) | Q(fin__gte=jour),
        regie=regie,
        etat=EtatNomination.EN_VIGUEUR,
        debut__lte=jour,
    ).select_related("personne")
    return sorted(nominations, key=lambda n: (not n.est_responsable, n.qualite, n.pk))


def responsable(regie: Regie, jour: date) -> Nomination | None:
    """Return who answers for the régie on `jour`: to whom it was last handed over, if in force."""
    remise = (
        RemiseService.objects.filter(regie=regie).select_related("entrant").order_by("pk").last()
    )
    if remise is None:
        return None
    nommes = en_fonction(regie, jour)
    return next(
        (n for n in nommes if n.pk == remise.entrant_id and _est_fonde(n, nommes)),
        None,
    )


def _est_fonde(nomination: Nomination, nommes: list[Nomination]) -> bool:
    """Tell whether whom `nomination` replaces is in force: the end of one ends those after him."""
    if nomination.remplace_id is None:
        return True
    remplace = next((n for n in nommes if n.pk == nomination.remplace_id), None)
    return remplace is not None and _est_fonde(remplace, nommes)


def designe(regie: Regie, jour: date) -> Nomination | None:
    """Return whom the arrêtés call on `jour`: the last of the chain of suppléances, one person.

    He answers for the régie once it is handed over to him (`responsable`).
    """
    return _designe(en_fonction(regie, jour))


def _designe(nommes: list[Nomination]) -> Nomination | None:
    """Return the last of the chain of suppléances among the appointments in force on a day."""
    titulaire = next((n for n in nommes if n.qualite == Nomination.Qualite.REGISSEUR), None)
    suppleants = {n.remplace_id: n for n in nommes if n.qualite == Nomination.Qualite.SUPPLEANT}
    dernier, suivant = titulaire, suppleants.get(None)
    while suivant is not None:
        dernier, suivant = suivant, suppleants.get(suivant.pk)
    return dernier


def prochain(regie: Regie, jour: date) -> tuple[date, Nomination | None] | None:
    """Return when the arrêtés call somebody else after `jour`, and whom; None if never."""
    en_vigueur = regie.nominations.filter(etat=EtatNomination.EN_VIGUEUR)
    nommes = list(en_vigueur.select_related("personne"))

    def appele(le: date) -> Nomination | None:
        return _designe([n for n in nommes if n.debut <= le and (n.fin is None or le <= n.fin)])

    bornes = {n.debut for n in nommes} | {n.fin + timedelta(days=1) for n in nommes if n.fin}
    for borne in sorted(une for une in bornes if une > jour):
        if (autre := appele(borne)) != appele(jour):
            return borne, autre
    return None


def exiger_habilite(regie: Regie, personne: Utilisateur, jour: date) -> None:
    """Check that `personne` may handle the money of the régie on `jour`.

    Raises:
        ValidationError: not appointed, or nobody answers for the régie since it must be handed
            over (art. 7).
    """
    en_charge = responsable(regie, jour)
    if en_charge is None:
        raise ValidationError(
            f"Personne ne répond de la régie « {regie.libelle} » : une remise de service est "
            "nécessaire avant d’encaisser (décret 2012-829, article 7)."
        )
    nomination = next((n for n in en_fonction(regie, jour) if n.personne_id == personne.pk), None)
    if nomination is None:
        raise ValidationError(
            f"Vous n’êtes pas nommé dans la régie « {regie.libelle} » : demandez à la direction "
            "des finances."
        )
    if nomination.est_responsable and nomination != en_charge:
        raise ValidationError(
            "La régie ne vous a pas été remise : signez d’abord le procès-verbal de remise de "
            "service."
        )


def sorti_de_service(nomination: Nomination) -> bool:
    """Tell whether the régie was handed over by `nomination`, who answers for it no more."""
    derniere = RemiseService.objects.filter(regie=nomination.regie_id).order_by("pk").last()
    return (
        derniere is not None
        and derniere.entrant_id != nomination.pk
        and RemiseService.objects.filter(sortant=nomination).exists()
    )


def quitus_attendus(regie: Regie) -> QuerySet[Nomination]:
    """Return the régisseurs who answered for the régie, left, and have no quitus."""
    return Nomination.objects.filter(
        ~Exists(Quitus.objects.filter(nomination=OuterRef("pk"), etat=EtatQuitus.ACCORDE)),
        Exists(RemiseService.objects.filter(entrant=OuterRef("pk"))),
        regie=regie,
        qualite=Nomination.Qualite.REGISSEUR,
        etat=EtatNomination.TERMINEE,
    ).select_related("personne")


def exiger_agent(par: Utilisateur) -> None:
    """Refuse whoever is not finance staff.

    Raises:
        ActeInterdit: `par` lacks the role.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Cet acte est réservé aux agents des finances.")


def aujourd_hui() -> date:
    """Return the day in Nouméa."""
    return timezone.localdate()
