"""Merge two suppliers that are one, and undo it until the next payment.

No accounting row moves: the absorbed tiers designates the one kept, whose statement reads both
(decision 12). What is not accounting (établissements, documents, orders, drafts) changes hands;
the memory of the merge says what, so that it can be given back.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, exiger, franchir
from facturier.grand_livre.models import Tiers
from facturier.grand_livre.soldes import paiements_depuis
from fournisseurs.comparaison import PAR_CODE, comptes_different, relire
from fournisseurs.comptes_fusionnes import rendre_comptes, reprendre_comptes
from fournisseurs.models import Doublon, EtatFusion, Fournisseur, Fusion
from fournisseurs.recherche import indexer

ROLES_DE_FICHE = ("est_creancier", "est_debiteur")


@transaction.atomic
def proposer_fusion(
    *,
    garde: Fournisseur,
    absorbe: Fournisseur,
    choix: Collection[str],
    par: Utilisateur,
    motif: str,
) -> Fusion:
    """Merge `absorbe` into `garde`, at once, or once another agent has agreed if accounts differ.

    Args:
        choix: codes of `comparaison.DONNEES` to take from `absorbe`; `garde` keeps the rest.

    Raises:
        TransitionInterdite: same tiers, one of them suspended, merged or being modified, or no
            reason given.
        ActeInterdit: `par` is not an agent.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent fusionne des tiers.")
    if not motif.strip():
        raise TransitionInterdite("Indiquez le motif : il reste dans l’historique des deux fiches.")
    _verrouiller(garde, absorbe)
    _exiger_fusionnables(garde, absorbe)
    fusion = Fusion(
        garde=garde,
        absorbe=absorbe,
        choix=[code for code in PAR_CODE if code in choix],
        comptes_different=comptes_different(garde, absorbe),
        motif=motif.strip(),
        proposee_par=par,
    )
    try:
        with transaction.atomic():
            fusion.save(force_insert=True)
    except IntegrityError:
        raise TransitionInterdite("Une fusion de ce tiers est déjà proposée ou faite.") from None
    fusion.passages.create(acte="proposer", depart="", arrivee=fusion.etat, par=par, motif=motif)
    if not fusion.comptes_different:
        executer_fusion(fusion, par=par)
    return fusion


@transaction.atomic
def executer_fusion(fusion: Fusion, *, par: Utilisateur) -> None:
    """Carry out a proposed merge.

    Raises:
        TransitionInterdite: no longer proposed, no longer possible, or the accounts differ and
            `par` proposed it himself.
        ActeInterdit: `par` is not an agent.
    """
    garde, absorbe = fusion.garde, fusion.absorbe
    _verrouiller(garde, absorbe)
    exiger(fusion, "executer", par=par)
    _exiger_fusionnables(garde, absorbe)
    different = comptes_different(garde, absorbe)
    if (different or fusion.comptes_different) and fusion.proposee_par_id == par.pk:
        raise TransitionInterdite(
            "Les comptes bancaires des deux tiers diffèrent : un autre agent valide la fusion."
        )
    memoire: dict[str, Any] = {"absorbes": _designer(garde, absorbe)}
    franchir(absorbe, "fusionner", par=par, motif=f"Fusionné dans {garde}. {fusion.motif}")
    memoire["valeurs"] = _reprendre_donnees(garde, absorbe, fusion.choix)
    memoire["deplaces"] = _deplacer(absorbe, garde)
    memoire["comptes"] = reprendre_comptes(garde, absorbe, memoire["deplaces"], par=par)
    _tracer(garde, "absorber", f"A absorbé {absorbe}. {fusion.motif}", par)
    franchir(
        fusion,
        "executer",
        par=par,
        memoire=memoire,
        comptes_different=different or fusion.comptes_different,
        validee_par=par,
        faite_le=timezone.now(),
    )
    for doublon in Doublon.objects.entre(garde, absorbe).exclude(etat="fusionne"):
        franchir(doublon, "fusionner", par=par, motif=fusion.motif)
    indexer([garde.pk, absorbe.pk])


def abandonner_fusion(fusion: Fusion, *, par: Utilisateur, motif: str) -> None:
    """Give up a merge that waits for a second agent.

    Raises:
        TransitionInterdite: no longer proposed, or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    if not motif.strip():
        raise TransitionInterdite("Indiquez pourquoi la fusion est abandonnée.")
    franchir(fusion, "abandonner", par=par, motif=motif.strip())


@transaction.atomic
def annuler_fusion(fusion: Fusion, *, par: Utilisateur, motif: str) -> None:
    """Give back to the absorbed supplier what was his; pièces issued since stay where they are.

    Raises:
        TransitionInterdite: not merged, a payment has followed, the one kept was merged in turn,
            or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    if not motif.strip():
        raise TransitionInterdite("Indiquez le motif : il reste dans l’historique des deux fiches.")
    garde, absorbe = fusion.garde, fusion.absorbe
    _verrouiller(garde, absorbe)
    exiger(fusion, "annuler", par=par)
    if empechement := empechement_a_l_annulation(fusion):
        raise TransitionInterdite(empechement)
    memoire = fusion.memoire
    _rendre_donnees(garde, memoire["valeurs"])
    Tiers.objects.filter(pk=absorbe.tiers_id).update(absorbe_par=None)
    Tiers.objects.filter(pk__in=memoire["absorbes"]).update(absorbe_par=absorbe.tiers)
    franchir(absorbe, "separer", par=par, motif=motif.strip())
    rendre_comptes(garde, absorbe, memoire, par=par)
    _rendre_deplaces(memoire["deplaces"], garde, absorbe)
    _tracer(garde, "separer", f"{absorbe} n’est plus fusionné. {motif.strip()}", par)
    franchir(fusion, "annuler", par=par, motif=motif.strip())
    for doublon in Doublon.objects.entre(garde, absorbe).filter(etat="fusionne"):
        franchir(doublon, "separer", par=par, motif=motif.strip())
    indexer([garde.pk, absorbe.pk])


def empechement_a_l_annulation(fusion: Fusion) -> str:
    """Return why a merge can no longer be undone, in French, or nothing."""
    if fusion.etat != EtatFusion.FAITE or fusion.faite_le is None:
        return "Cette fusion n’est pas en vigueur."
    if fusion.garde.tiers.absorbe_par is not None:
        return f"{fusion.garde} a été fusionné à son tour : annulez d’abord cette autre fusion."
    if fusion.garde.modifications.ouvertes().exists():
        return f"Une demande de modification est en cours pour {fusion.garde} : traitez-la d’abord."
    tiers = {*fusion.garde.tiers.famille, fusion.absorbe.tiers_id}
    paiement = paiements_depuis(tiers, fusion.faite_le).first()
    if paiement is None:
        return ""
    return (
        f"Un paiement a suivi la fusion ({paiement.libelle}, le "
        f"{paiement.date_comptable:%d/%m/%Y}) : elle ne s’annule plus. Recréez le tiers s’il le "
        "faut, par une demande ou un import."
    )


# --- Steps -------------------------------------------------------------------------------------
def _verrouiller(garde: Fournisseur, absorbe: Fournisseur) -> None:
    """Lock both suppliers in the order of their keys, and read them again."""
    cles = [garde.pk, absorbe.pk]
    list(Fournisseur.objects.select_for_update(of=("self",)).filter(pk__in=cles).order_by("pk"))
    relire((garde, absorbe))


def _exiger_fusionnables(garde: Fournisseur, absorbe: Fournisseur) -> None:
    if garde.pk == absorbe.pk:
        raise TransitionInterdite("Choisissez deux tiers différents.")
    for fiche in (garde, absorbe):
        if not fiche.est_actif:
            raise TransitionInterdite(
                f"{fiche} est « {fiche.get_etat_display().lower()} » : une fusion demande deux "
                "tiers actifs."
            )
        if fiche.modifications.ouvertes().exists():
            raise TransitionInterdite(
                f"Une demande de modification est en cours pour {fiche} : traitez-la d’abord."
            )


def _designer(garde: Fournisseur, absorbe: Fournisseur) -> list[int]:
    """Point the absorbed tiers, and those it had absorbed, at the one kept; return the latter."""
    deja = list(absorbe.tiers.absorbes.values_list("pk", flat=True))
    Tiers.objects.filter(pk__in=[absorbe.tiers_id, *deja]).update(absorbe_par=garde.tiers)
    return deja


def _reprendre_donnees(
    garde: Fournisseur, absorbe: Fournisseur, choix: Collection[str]
) -> dict[str, list[Any]]:
    """Give `garde` the chosen data, and the roles of both; return (before, after) by field."""
    nouvelles: dict[str, Any] = {
        champ: valeur for code in choix for champ, valeur in PAR_CODE[code].valeurs(absorbe).items()
    }
    nouvelles |= {role: True for role in ROLES_DE_FICHE if getattr(absorbe, role)}
    avant = {champ: _lire(garde, champ) for champ in nouvelles}
    _ecrire(garde, nouvelles)
    return {champ: [avant[champ], nouvelles[champ]] for champ in nouvelles}


def _rendre_donnees(garde: Fournisseur, valeurs: dict[str, list[Any]]) -> None:
    """Put back what the merge changed; what was changed again since stays."""
    _ecrire(
        garde,
        {champ: avant for champ, (avant, apres) in valeurs.items() if _lire(garde, champ) == apres},
    )


def _lire(fiche: Fournisseur, champ: str) -> Any:
    porteur, nom = _porteur(fiche, champ)
    return getattr(porteur, nom)


def _ecrire(fiche: Fournisseur, valeurs: dict[str, Any]) -> None:
    for champ, valeur in valeurs.items():
        porteur, nom = _porteur(fiche, champ)
        setattr(porteur, nom, valeur)
    fiche.tiers.save()
    fiche.save()


def _porteur(fiche: Fournisseur, champ: str) -> tuple[models.Model, str]:
    return (fiche.tiers, champ.removeprefix("tiers.")) if "." in champ else (fiche, champ)


def modeles_qui_suivent() -> Iterator[type[models.Model]]:
    """Yield the models whose rows change hands: they say which, in `SUIT_LA_FUSION`."""
    for relation in Fournisseur._meta.related_objects:
        modele: Any = relation.related_model
        if hasattr(modele, "SUIT_LA_FUSION"):
            yield modele


def _deplacer(de: Fournisseur, vers: Fournisseur) -> dict[str, list[int]]:
    """Give `vers` what `de` holds; return the keys by model."""
    deplaces = {}
    for modele in modeles_qui_suivent():
        suit: Any = modele
        lignes = _sans_les_deja_tenues(
            suit, suit._base_manager.filter(suit.SUIT_LA_FUSION, fournisseur=de), vers
        )
        deplaces[modele._meta.label] = list(lignes.values_list("pk", flat=True))
        lignes.update(fournisseur=vers)
    return deplaces


def _sans_les_deja_tenues(modele: Any, lignes: Any, vers: Fournisseur) -> Any:
    """Leave out the rows that `vers` holds already, by what the model wants one of."""
    champs = getattr(modele, "UN_SEUL_PAR_FICHE", ())
    if not champs:
        return lignes
    tenues = modele._base_manager.filter(
        modele.SUIT_LA_FUSION, fournisseur=vers, **{champ: OuterRef(champ) for champ in champs}
    )
    return lignes.exclude(Exists(tenues))


def _rendre_deplaces(
    deplaces: dict[str, list[int]], garde: Fournisseur, absorbe: Fournisseur
) -> None:
    for label, cles in deplaces.items():
        modele: Any = apps.get_model(label)
        lignes = modele._base_manager.filter(modele.SUIT_LA_FUSION, pk__in=cles, fournisseur=garde)
        lignes.update(fournisseur=absorbe)


def _tracer(fiche: Fournisseur, acte: str, motif: str, par: Utilisateur) -> None:
    fiche.passages.create(acte=acte, depart=fiche.etat, arrivee=fiche.etat, par=par, motif=motif)
