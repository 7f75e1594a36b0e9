"""Who may take a step of the parapheur today, who is away, and whom to ask when nobody may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from exports_tps.etapes import VISE, Etat, est_d_une_direction
from exports_tps.models import Delegation, Presentable
from exports_tps.pouvoirs import SUPPLEANCE, absents, en_vigueur, signataires_parmi
from exports_tps.presentables import directions_de, genre_de, montant_de
from facturier.acces.models import Role, Utilisateur
from facturier.commun.typographie import de
from facturier.grand_livre.models import VISEURS, Bordereau
from facturier.suivi.models import PassageFacture


@dataclass(frozen=True, slots=True)
class Attente:
    """Of whom a step is: `presents` may take it today; `partis` may too, but are away.

    `absences` are the suppléances of those whose step it is.
    """

    presents: Sequence[Utilisateur]
    partis: Sequence[Utilisateur]
    absences: Sequence[Delegation]

    @property
    def en_leur_absence(self) -> list[Delegation]:
        """The absences in which a stand-in may take the step today."""
        presents = {personne.pk for personne in self.presents}
        return [absence for absence in self.absences if absence.delegataire_id in presents]


def attente_de(objet: Presentable, etat: Etat) -> Attente:
    """Return of whom the step of `objet` is expected, and which of them are away."""
    jour = timezone.localdate()
    partis = absents(jour)
    titulaires = _titulaires(objet, etat)
    absences = list(
        en_vigueur(jour)
        .filter(nature=SUPPLEANCE, delegant__in=[personne.pk for personne in titulaires])
        .select_related("delegataire")
    )
    suppleants = [absence.delegataire for absence in absences]
    possibles = _possibles(objet, etat, titulaires, suppleants)
    return Attente(
        [personne for personne in possibles if personne.pk not in partis],
        [personne for personne in possibles if personne.pk in partis],
        absences,
    )


def _titulaires(objet: Presentable, etat: Etat) -> list[Utilisateur]:
    """Return whose step it is by right, whether or not they may take it today."""
    personnes = Utilisateur.objects.filter(est_systeme=False).order_by("nom", "prenom", "pk")
    etape, circuit = etat.etape, etat.presentation.circuit
    nomme = etape.titulaire_id if etape else circuit.signataire_id if circuit else None
    if nomme:
        return list(personnes.filter(pk=nomme))
    personnes = personnes.filter(attributions__role=etape.role if etape else Role.ORDONNATEUR)
    if etape is not None and est_d_une_direction(etape):
        directions = filter(None, directions_de(objet))
        personnes = personnes.filter(service__direction__in=list(directions))
    return list(personnes)


def _possibles(
    objet: Presentable,
    etat: Etat,
    titulaires: Sequence[Utilisateur],
    suppleants: Iterable[Utilisateur],
) -> list[Utilisateur]:
    """Return those who may take the step, by right or for somebody absent, as `etapes` has it."""
    candidats = {personne.pk: personne for personne in [*titulaires, *suppleants]}
    actifs = Utilisateur.objects.filter(
        pk__in=candidats, is_active=True, attributions__role__in=VISEURS
    )
    if etat.etape is None:
        actifs = actifs.filter(attributions__role=Role.ORDONNATEUR)
    connus = [candidats[cle] for cle in sorted(set(actifs.values_list("pk", flat=True)))]
    visas = list(etat.presentation.visas.filter(decision=VISE).values_list("par", "pour"))
    ont_supplee = {par for par, pour in visas if pour}
    if etat.etape is None:
        exclus = ont_supplee | _liquidateurs(objet)
        circuit = etat.presentation.circuit
        return signataires_parmi(
            [personne for personne in connus if personne.pk not in exclus],
            montant=montant_de(objet),
            pour=circuit.signataire if circuit else None,
        )
    de_droit = {personne.pk for personne in titulaires}
    exclus = {par for par, _ in visas} | _liquidateurs(objet)
    return [
        personne
        for personne in connus
        if personne.pk not in (ont_supplee if personne.pk in de_droit else exclus)
    ]


def _liquidateurs(objet: Presentable) -> set[int]:
    """Return the keys of those who liquidated an invoice of a bordereau."""
    if not isinstance(objet, Bordereau):
        return set()
    liquidations = PassageFacture.objects.filter(acte="liquider", facture__mandat__bordereau=objet)
    return set(liquidations.values_list("par", flat=True))


# --- Nobody may -------------------------------------------------------------------------------
def administrateurs() -> list[Utilisateur]:
    """Return who may record an absence for another, and give roles."""
    actifs = Utilisateur.objects.filter(is_active=True, attributions__role=Role.ADMINISTRATEUR)
    return list(actifs.order_by("nom", "prenom", "pk"))


@dataclass(frozen=True, slots=True)
class Blocage:
    """Why nobody may take a step today, and the administrators, who may do something about it."""

    raison: str
    administrateurs: Sequence[Utilisateur]

    def __str__(self) -> str:
        return f"{self.raison} {self.recours}"

    @property
    def recours(self) -> str:
        """Whom to ask, for those who are not administrators."""
        qui = " ou à ".join(f"{qui} ({qui.email})" for qui in self.administrateurs)
        return (
            "Pour qu’un autre suppléant soit nommé, ou le rôle accordé, adressez-vous à un "
            f"administrateur{f' : {qui}' if qui else ''}."
        )


def blocage_de(
    objet: Presentable,
    etat: Etat | None,
    attente: Attente | None = None,
    a_qui: Sequence[Utilisateur] | None = None,
) -> Blocage | None:
    """Say that nobody may take the step today, why, and whom to ask; None when somebody may.

    Args:
        a_qui: the administrators, when they were read already.
    """
    if etat is None:
        return None
    attente = attente or attente_de(objet, etat)
    if attente.presents:
        return None
    quoi = f"donner le visa « {etat.etape} »" if etat.etape else f"signer ce {genre_de(objet)}"
    phrases = [f"Personne ne peut {quoi} aujourd’hui."]
    partis = {personne.pk for personne in attente.partis}
    for absence in attente.absences:
        pourquoi = "en absence aussi" if absence.delegataire_id in partis else "qui ne le peut pas"
        phrases.append(
            f"{absence.delegant} : absence jusqu’au {absence.fin:%d/%m/%Y}, suppléance "
            f"{de(absence.delegataire)}, {pourquoi}."
        )
    return Blocage(" ".join(phrases), administrateurs() if a_qui is None else a_qui)
