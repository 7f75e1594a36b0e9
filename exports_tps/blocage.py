"""« Pourquoi ce mandat est-il bloqué ? »: every control of the comptable, on one mandat or invoice.

Each point says its result, what to do and who does it (décret 2012-1246, art. 19 and 20). An
invoice that no mandat pays yet is looked at as its mandat would be.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.utils import timezone

from exports_tps.dossiers import Dossier, dossiers_de
from exports_tps.prealable import Controle
from facturier.commun.montants import afficher
from facturier.grand_livre.credits import (
    LigneDeCredits,
    est_hors_budget,
    ligne_de_credits,
    sans_ligne,
)
from facturier.grand_livre.models import (
    PAS_SIGNES,
    Compte,
    EtatPiece,
    Piece,
    PieceJustificative,
)
from facturier.suivi import regles
from facturier.suivi.beneficiaires import dettes
from facturier.suivi.controles import prescrite_apres
from facturier.suivi.exigences import rang_paiement
from facturier.suivi.libelles import detenteur
from facturier.suivi.liquidation import a_mandater
from facturier.suivi.mandatement import budget_courant, pieces_manquantes
from facturier.suivi.models import BonCommande, ExigencePiece, Facture
from facturier.suivi.rapprochement import Rapprochement, rapprocher_toutes
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.gel import raison_du_gel
from fournisseurs.models import Fournisseur
from fournisseurs.retenues import en_attente

BUREAU, SERVICE, ORDONNATEUR = "le bureau des finances", "le service", "l’ordonnateur"
FOURNISSEUR, COMPTABLE = "le fournisseur", "la Trésorerie de la province Sud"
QUALITE = "Qualité de l’ordonnateur"
DIT_PAR_LE_CONSTAT = "Faites ce que dit le constat."
PORTEURS = {
    EtatPiece.EMISE: BUREAU,
    EtatPiece.SIGNEE: f"{BUREAU}, qui transmet",
    EtatPiece.TRANSMISE: COMPTABLE,
    EtatPiece.SUSPENDUE: f"{BUREAU}, qui répond à la Trésorerie",
    EtatPiece.PRISE_EN_CHARGE: COMPTABLE,
    EtatPiece.REJETEE: f"{BUREAU}, qui reprend les factures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One control: what holds or what is wrong, then what to do and who."""

    libelle: str
    article: str
    constat: str
    est_conforme: bool = True
    est_bloquant: bool = True
    remede: str = ""
    qui: str = ""

    def attribuer(self, phrase: str) -> str:
        """Add who does it to a sentence that says what to do, or what is wrong."""
        return f"{phrase.removesuffix('.')} ({self.qui})." if self.qui else phrase

    @property
    def remede_et_qui(self) -> str:
        """What to do, and who does it."""
        return self.attribuer(self.remede)


@dataclass(frozen=True, slots=True)
class Explication:
    """Why something does not move: its holder, the reason of the treasury, every control."""

    porteur: str
    motif_tps: str
    points: list[Point] = field(default_factory=list)

    @property
    def bloquants(self) -> list[Point]:
        """What keeps it from being paid, in the order of what is to be done: it is signed last."""
        fautifs = [p for p in self.points if not p.est_conforme and p.est_bloquant]
        return sorted(fautifs, key=lambda point: point.libelle == QUALITE)


def expliquer_mandat(mandat: Piece) -> Explication:
    """Explain one mandat, in a number of queries that depends neither on its lines nor invoices."""
    return expliquer_mandats([mandat])[mandat.pk]


def expliquer_mandats(mandats: Sequence[Piece]) -> dict[int, Explication]:
    """Explain many mandats, by key: as many queries as for one, refusals of the treasury apart."""
    return {dossier.mandat.pk: _expliquer(dossier) for dossier in dossiers_de(mandats)}


def _expliquer(dossier: Dossier) -> Explication:
    mandat = dossier.mandat
    points = [
        _signature(dossier),
        *_imputations(
            mandat.exercice_id,
            sorted({compte for compte, _ in dossier.imputations}),
            dossier.comptes_connus,
        ),
        *_credits_ouverts(
            mandat.exercice_id,
            [(compte, fonction, 0) for compte, fonction in dossier.imputations],
            dossier.credits,
        ),
        *_des_factures(dossier.factures, dossier.engagements),
        _documents(dossier.absentes, dossier.genres),
        *_refuses(dossier),
        *(du_controle(controle) for controle in dossier.controles),
    ]
    motif = regles.motif_de(mandat) if mandat.etat in regles.REFUSES else ""
    if requise := dossier.requisition:
        points.insert(
            0,
            Point(
                libelle="Réquisition de payer",
                article="GBCP, art. 38",
                constat=f"{requise}, enregistrée par {requise.requise_par} : son attestation tient "
                "lieu de justification du service fait.",
            ),
        )
    porteur = PORTEURS.get(EtatPiece(mandat.etat), "")
    if mandat.etat == EtatPiece.EMISE and mandat.bordereau_id:
        porteur = f"{ORDONNATEUR}, pour signature"
    return Explication(porteur, motif, points)


def expliquer_facture(facture: Facture) -> Explication:
    """Explain an invoice that no mandat pays yet."""
    fournisseur = facture.etablissement.fournisseur
    commande = facture.bon_commande
    compte = facture.compte or (commande.compte if commande else "")
    fonction = facture.fonction or (commande.fonction if commande else "")
    exercice = timezone.localdate().year
    return Explication(
        detenteur(facture, pour_fournisseur=False),
        "",
        [
            *_imputations(exercice, [compte] if compte else [], _comptes(exercice, compte)),
            *_credits_ouverts(
                exercice,
                [(compte, fonction, a_mandater(facture))] if compte else [],
                partial(ligne_de_credits, exercice, budget_courant().pk),
            ),
            *_des_factures([facture], rapprocher_toutes([commande] if commande else [])),
            _documents_de_facture(facture),
            *_du_fournisseur(facture, fournisseur),
        ],
    )


def _signature(dossier: Dossier) -> Point:
    libelle, article = QUALITE, "GBCP, art. 19, 2°"
    bordereau, passage = dossier.mandat.bordereau, dossier.signature
    if bordereau is None:
        return Point(
            libelle=libelle,
            article=article,
            constat="Le mandat n’est dans aucun bordereau.",
            est_conforme=False,
            remede="Mettez-le en bordereau.",
            qui=BUREAU,
        )
    if bordereau.etat in PAS_SIGNES:
        etat = bordereau.get_etat_display()
        return Point(
            libelle=libelle,
            article=article,
            constat=f"Le bordereau {bordereau.reference} n’est pas signé : « {etat} ».",
            est_conforme=False,
            remede="Signez le bordereau, ou dites ce qui l’empêche.",
            qui=ORDONNATEUR,
        )
    return Point(
        libelle=libelle,
        article=article,
        constat=f"Bordereau {bordereau.reference} signé par {passage.par if passage else '?'}.",
    )


def _comptes(exercice: int, numero: str) -> set[str]:
    """Return the account, if it exists and may be charged that year."""
    connus = Compte.objects.filter(exercice=exercice, numero=numero, est_imputable=True)
    return set(connus.values_list("numero", flat=True))


def _imputations(exercice: int, numeros: list[str], connus: Collection[str]) -> Iterator[Point]:
    """Tell whether each account exists and may be charged, the year of the mandat."""
    inconnus = [numero for numero in numeros if numero not in connus]
    if inconnus or not numeros:
        constat = (
            f"Compte non imputable en {exercice} : {', '.join(inconnus)}."
            if inconnus
            else "Aucune imputation n’est encore fixée."
        )
        yield Point(
            libelle="Exacte imputation",
            article="GBCP, art. 19, 2°",
            constat=constat,
            est_conforme=False,
            remede="Revoyez la liquidation avec le bon compte.",
            qui=BUREAU,
        )
        return
    yield Point(
        libelle="Exacte imputation",
        article="GBCP, art. 19, 2°",
        constat=f"Compte {', '.join(numeros)}, imputable en {exercice}.",
    )


def _credits_ouverts(
    exercice: int,
    imputations: Sequence[tuple[str, str, int]],
    ligne_de: Callable[[str, str], LigneDeCredits | None],
) -> Iterator[Point]:
    """Yield what is left of each line of the budget: account, function, francs still to mandate."""
    libelle, article = "Disponibilité des crédits", "GBCP, art. 19, 2°"
    a_mandater: dict[tuple[str, str], int] = defaultdict(int)
    for compte, fonction, montant in imputations:
        a_mandater[compte, fonction] += montant
    for (compte, fonction), montant in a_mandater.items():
        ligne = ligne_de(compte, fonction)
        if ligne is None:
            if not est_hors_budget(compte):
                yield Point(
                    libelle=libelle,
                    article=article,
                    constat=f"Aucun crédit n’est chargé pour {exercice} : ce contrôle se fait à "
                    "la main.",
                    est_conforme=False,
                    est_bloquant=False,
                    remede="Vérifiez les crédits, ou faites charger le budget.",
                    qui=BUREAU,
                )
            continue
        manque = montant - ligne.disponible
        constat = (
            f"{ligne.nom[0].upper()}{ligne.nom[1:]} : {afficher(ligne.ouvert)} ouverts, "
            f"{afficher(ligne.mandate)} mandatés, {afficher(ligne.disponible)} disponibles"
        )
        if not ligne.compte:
            constat, manque = sans_ligne(exercice, compte, fonction), max(manque, 1)
        elif manque > 0:
            constat += f" : il manque {afficher(manque)}."
        else:
            constat += "."
        yield Point(
            libelle=libelle,
            article=article,
            constat=constat,
            est_conforme=manque <= 0,
            remede="Faites ouvrir des crédits, ou revoyez l’imputation." if manque > 0 else "",
            qui=BUREAU if manque > 0 else "",
        )


def _des_factures(
    factures: list[Facture], engagements: Mapping[BonCommande, Rapprochement]
) -> Iterator[Point]:
    """Yield the controls of the supplier and of the debt: credits, service fait, prescription."""
    for fournisseur in {f.etablissement.fournisseur for f in factures}:
        yield _fiche(fournisseur)
    yield from _credits(factures, engagements)
    for facture in factures:
        yield _service_fait(facture)
        yield _prescription(facture)


def _fiche(fournisseur: Fournisseur) -> Point:
    actif = fournisseur.est_actif
    return Point(
        libelle="Fournisseur actif",
        article="GBCP, art. 20",
        constat="Sa fiche est active." if actif else "Sa fiche est suspendue.",
        est_conforme=actif,
        remede="" if actif else "Réactivez la fiche, ou dites pourquoi non.",
        qui="" if actif else BUREAU,
    )


def _credits(
    factures: list[Facture], engagements: Mapping[BonCommande, Rapprochement]
) -> Iterator[Point]:
    """Yield what is left of each order, and the invoices that no order announced."""
    libelle, article = "Engagement sur la commande", "GBCP, art. 19, 2°"
    for commande, fait in engagements.items():
        yield Point(
            libelle=libelle,
            article=article,
            constat=f"{commande.numero} : {afficher(fait.engage)} engagés, "
            f"{afficher(fait.facture)} facturés, reste {afficher(fait.reste_a_facturer)}.",
        )
    for facture in factures:
        if facture.bon_commande is None:
            yield Point(
                libelle=libelle,
                article=article,
                constat=f"Facture {facture.numero} sans bon de commande : rien n’est engagé.",
                est_conforme=False,
                est_bloquant=False,
                remede="Vérifiez les crédits du compte avant d’envoyer.",
                qui=BUREAU,
            )


def _service_fait(facture: Facture) -> Point:
    libelle, article = "Service fait justifié", "GBCP, art. 20"
    certifie = getattr(facture, "service_fait", None)
    if certifie is None:
        return Point(
            libelle=libelle,
            article=article,
            constat=f"Le service fait de la facture {facture.numero} n’est pas certifié.",
            est_conforme=False,
            remede="Certifiez le service fait, ou dites ce qui manque.",
            qui=str(facture.service.libelle) if facture.service else SERVICE,
        )
    return Point(
        libelle=libelle,
        article=article,
        constat=f"Facture {facture.numero} : certifié par {certifie.certifie_par}, service fait le "
        f"{certifie.date_service_fait:%d/%m/%Y}.",
    )


def _prescription(facture: Facture) -> Point:
    libelle, article = "Prescription", "GBCP, art. 20"
    emission = facture.date_emission or timezone.localdate()
    limite = prescrite_apres(emission)
    if timezone.localdate() > limite:
        return Point(
            libelle=libelle,
            article=article,
            constat=f"La créance de {emission.year} est prescrite depuis le {limite:%d/%m/%Y}.",
            est_conforme=False,
            remede="Vérifiez ce qui a interrompu la prescription, et joignez-le.",
            qui=BUREAU,
        )
    return Point(
        libelle=libelle,
        article=article,
        constat=f"Facture {facture.numero} : pas avant le {limite:%d/%m/%Y}.",
    )


def _documents_de_facture(facture: Facture) -> Point:
    rang = rang_paiement(facture.bon_commande)
    absentes = pieces_manquantes([facture], type_depense=facture.type_depense, rang=rang)
    return _documents(absentes, set(facture.documents.values_list("genre", flat=True)))


def _documents(absentes: list[ExigencePiece], genres: set[str]) -> Point:
    """Tell which documents of the list are missing, each with its text."""
    libelle, article = "Pièces exigées pour ce type de dépense", "GBCP, art. 20"
    if absentes:
        cites = " ; ".join(f"{exigence.libelle} ({exigence.article})" for exigence in absentes)
        return Point(
            libelle=libelle,
            article=article,
            constat=f"Il manque : {cites}.",
            est_conforme=False,
            remede="Demandez la pièce au fournisseur, ou joignez celle que la province détient.",
            qui=f"{BUREAU}, puis {FOURNISSEUR}",
        )
    presentes = sorted(str(PieceJustificative.Genre(genre).label) for genre in genres)
    return Point(
        libelle=libelle,
        article=article,
        constat=f"Rien ne manque. Joint : {', '.join(presentes) or 'aucun document'}.",
    )


def _refuses(dossier: Dossier) -> Iterator[Point]:
    """Yield the documents that the treasury refused and that wait: they leave when decided."""
    if dossier.suspendus:
        cites = ", ".join(document.nom for document in dossier.suspendus)
        yield Point(
            libelle="Documents refusés par la Trésorerie",
            article="PES V2, § 5",
            constat=f"À décider : {cites}. Un document refusé ne repart pas "
            "de lui-même avec un mandat émis de nouveau.",
            est_conforme=False,
            est_bloquant=False,
            remede="Dès que le mandat est dans un flux, remplacez le document ou envoyez-le de "
            "nouveau, depuis « Documents refusés par la Trésorerie » de la page des flux.",
            qui=BUREAU,
        )


def _du_fournisseur(facture: Facture, fournisseur: Fournisseur) -> Iterator[Point]:
    """Yield what keeps a supplier from being paid: account, opposition."""
    article = "GBCP, art. 20"
    try:
        compte_en_vigueur(fournisseur, timezone.localdate(), etablissement=facture.etablissement)
        refus = raison_du_gel(fournisseur) or ""
    except CompteIntrouvable as absence:
        refus = str(absence)
    yield Point(
        libelle="Compte bancaire vérifié, sans changement en cours",
        article=article,
        constat=refus or "Un compte vérifié est en vigueur.",
        est_conforme=not refus,
        remede="Vérifiez le relevé d’identité bancaire, puis décidez la demande." if refus else "",
        qui=BUREAU if refus else "",
    )
    attente = en_attente(fournisseur, dettes([facture]))
    yield Point(
        libelle="Oppositions et cessions",
        article=article,
        constat=f"À valider : {', '.join(map(str, attente))}." if attente else "Aucune n’attend.",
        est_conforme=not attente,
        remede="Validez-la ou écartez-la." if attente else "",
        qui=BUREAU if attente else "",
    )


def du_controle(controle: Controle) -> Point:
    """Return a check of the signature, as a point."""
    return Point(
        libelle=controle.libelle,
        article=controle.reference,
        constat=" ".join(controle.anomalies),
        est_conforme=controle.est_conforme,
        est_bloquant=controle.est_bloquant,
        remede="" if controle.est_conforme else DIT_PAR_LE_CONSTAT,
        qui="" if controle.est_conforme else BUREAU,
    )
