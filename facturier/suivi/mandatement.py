"""From liquidated invoices to a mandat, and back when the mandat is cancelled or rejected.

The mandat keeps a frozen copy of the identity and the verified bank account of the supplier;
its documents are those of the invoices and of the order (décret 2012-1246, art. 20).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.grand_livre.documents import enregistrer_justificatif, ranger_justificatif
from facturier.grand_livre.emission import (
    ORDINAIRE,
    REEMIS,
    CodesPiece,
    CompteBancaire,
    DeductionImputee,
    Destinataire,
    Imputation,
    emettre_mandat,
)
from facturier.grand_livre.evenements import annuler_emission
from facturier.grand_livre.models import (
    Budget,
    Deduction,
    EtatBordereau,
    EtatPiece,
    Mandat,
    Piece,
    PieceJustificative,
    RattachementPiece,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.suite import exiger_composition_libre
from facturier.suivi import avoirs_de_mandat, beneficiaires, regles
from facturier.suivi.edition_commande import editer_commande
from facturier.suivi.etats import EtatFacture
from facturier.suivi.exigences import exigences, manquantes, rang_paiement
from facturier.suivi.horloges import delai_de_mandatement
from facturier.suivi.liquidation import dernieres
from facturier.suivi.models import (
    BonCommande,
    Document,
    ExigencePiece,
    Facture,
    Liquidation,
    PassageFacture,
    RepriseRejet,
)
from facturier.suivi.passages import tracer
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.gel import figer_les_comptes
from fournisseurs.models import Etablissement, Justificatif

NUMEROS_CITES = 5
NON_VISE = "Émis de nouveau : le rejet ne le vise pas."


@transaction.atomic
def mandater(
    factures: Collection[int],
    *,
    par: Utilisateur,
    type_depense: str | None = None,
    rang: str | None = None,
    pieces: Iterable[PieceJustificative] = (),
    date_emission: date | None = None,
    choix: Mapping[int, beneficiaires.Choix] | None = None,
) -> Mandat:
    """Issue one mandat for liquidated invoices of one établissement and one service.

    Args:
        factures: keys of invoices in state `liquidee` that no mandat pays.
        type_depense: kind of expense, by default that of the first invoice.
        rang: place of the payment, by default told by the earlier mandats of the order.
        pieces: documents added to those of the invoices, each once; a replaced one is left out.
        date_emission: by default today in Nouméa; its year is the exercice.
        choix: what opposants and cessionnaires are paid, by key of opposition; else the proposal.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: an invoice is no longer free, a document is missing, the supplier is
            suspended, he or who is paid instead has no verified bank account, an opposition waits
            for its validation, or the ledger refuses the entry.
    """
    exiger_agent(par)
    choisies, jour = _verrouiller(factures), date_emission or timezone.localdate()
    liquidations, premiere = dernieres([f.pk for f in choisies]), choisies[0]
    retenues = beneficiaires.retenir(choisies, jour, choix)
    _figer_les_comptes(premiere, retenues)
    justificatifs = _rassembler(
        choisies,
        type_depense=type_depense or premiere.type_depense,
        rang=rang or rang_paiement(premiere.bon_commande),
        pieces=list(pieces),
        actes=beneficiaires.actes(retenues),
    )
    try:
        mandat = emettre_mandat(
            exercice=jour.year,
            budget=budget_courant(),
            destinataire=destinataire(premiere.etablissement),
            compte=compte_paye(premiere.etablissement, jour),
            objet=objet_du_mandat(choisies),
            service=cast(ServiceGestionnaire, premiere.service),
            imputations=[_imputation(f, liquidations.get(f.pk)) for f in choisies],
            deductions=_deductions(choisies, liquidations),
            justificatifs=justificatifs,
            cessions=beneficiaires.cessions(retenues, jour),
            delai=delai_de_mandatement(premiere, au=jour),
            date_emission=jour,
            codes=_codes(choisies),
            par=par,
        )
    except (EcritureRefusee, CompteIntrouvable) as erreur:
        raise ValidationError(str(erreur)) from erreur
    beneficiaires.noter(mandat, retenues, par=par)
    _rattacher(choisies, mandat, par)
    return mandat


@transaction.atomic
def remandater(rejete: Piece, *, par: Utilisateur, motif: str = NON_VISE) -> Mandat:
    """Issue again a mandat that the treasury rejected, by default without blaming it.

    Its invoices are mandated anew, with the documents that it had, each under its identifier.

    Raises:
        ActeInterdit, TransitionInterdite, ValidationError: see `reliquider` and `mandater`; or no
            invoice of the mandat waits any more.
    """
    factures = list(
        Facture.objects.select_for_update(of=("self",))
        .filter(mandat=rejete.pk, etat=EtatFacture.REJETEE_TPS)
        .order_by("pk")
    )
    if not factures:
        raise ValidationError("Aucune facture de ce mandat n’attend d’être mandatée de nouveau.")
    for facture in factures:
        reliquider(facture, par=par, motif=motif)
    documents = rejete.justificatifs.all()
    return mandater([facture.pk for facture in factures], par=par, pieces=documents)


@transaction.atomic
def annuler_mandat(mandat: Piece, *, motif: str, par: Utilisateur) -> None:
    """Cancel a mandat that is not signed; its entry is reversed and its invoices are free again,
    or the avoir that founds it, for a réduction.

    Raises:
        TransitionInterdite: the mandat is signed, or its bordereau is.
        ValidationError: no reason given.
    """
    if not motif.strip():
        raise ValidationError("Donnez le motif de l’annulation.")
    if mandat.bordereau is not None and mandat.bordereau.etat != EtatBordereau.OUVERT:
        etat = mandat.bordereau.get_etat_display()
        raise TransitionInterdite(
            f"Le bordereau de ce mandat est « {etat} » : le mandat ne s’annule plus ici."
        )
    if mandat.bordereau is not None:
        exiger_composition_libre(mandat.bordereau)
    franchir(mandat, "annuler", par=par, motif=motif, bordereau_id=None)
    annuler_emission(mandat, motif=motif, date_comptable=timezone.localdate(), par=par)
    liberees = list(Facture.objects.filter(mandat=mandat.pk, etat=EtatFacture.LIQUIDEE))
    Facture.objects.filter(pk__in=[f.pk for f in liberees]).update(mandat=None)
    tracer(liberees, "annuler_mandat", f"Mandat {mandat.reference} annulé : {motif}", par)
    avoirs_de_mandat.liberer({mandat.pk: motif}, par=par)


@transaction.atomic
def reliquider(facture: Facture, *, par: Utilisateur, motif: str = "") -> None:
    """Bring an invoice whose mandat the treasury rejected back to liquidation.

    The entry of the rejected mandat is reversed, unless it was when the rejection was read.
    """
    mandat = facture.mandat
    if mandat is None or mandat.etat != EtatPiece.REJETEE:
        raise TransitionInterdite("Le mandat de cette facture n’est pas rejeté.")
    if reste_du(mandat):
        annuler_emission(
            mandat, motif="Mandat rejeté", date_comptable=timezone.localdate(), par=par
        )
    texte = f"Mandat {mandat.reference} rejeté. {motif}".strip()
    franchir(facture, "reliquider", par=par, motif=texte, mandat_id=None)


def liquides_par(mandats: QuerySet[Piece], liquidateur: Utilisateur) -> list[int]:
    """Return the keys of `mandats` of which `liquidateur` liquidated an invoice.

    He may sign none of them.
    """
    return list(
        PassageFacture.objects.filter(
            acte="liquider", par=liquidateur.pk, facture__mandat__in=mandats.values("pk")
        )
        .order_by("facture__mandat")
        .values_list("facture__mandat", flat=True)
        .distinct()
    )


def pieces_manquantes(
    factures: Collection[Facture], *, type_depense: str, rang: str
) -> list[ExigencePiece]:
    """Say which required documents the invoices do not bring: why a mandat would be blocked."""
    commande = next((f.bon_commande for f in factures if f.bon_commande), None)
    exigees = exigences(type_depense=type_depense, rang=rang, commande=commande)
    genres = set(
        Document.objects.filter(facture__in=[f.pk for f in factures]).values_list(
            "genre", flat=True
        )
    )
    if commande:
        genres.add(PieceJustificative.Genre.BON_COMMANDE)
    if factures and _rib(next(iter(factures))):
        genres.add(PieceJustificative.Genre.RIB)
    return manquantes(exigees, genres)


def budget_courant() -> Budget:
    """Return the budget mandats are issued on.

    Raises:
        ValidationError: reference data are not loaded.
    """
    budget = Budget.objects.order_by("pk").first()
    if budget is None:
        raise ValidationError("Aucun budget n’est connu : chargez les données de référence.")
    return budget


def exiger_agent(par: Utilisateur) -> None:
    """Refuse anyone but finance staff. Raises ActeInterdit."""
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances mandate une facture.")


def _rattacher(factures: list[Facture], mandat: Mandat, par: Utilisateur) -> None:
    """Tie the invoices to their mandat, and note the rules that will stop it."""
    Facture.objects.filter(pk__in=[f.pk for f in factures]).update(mandat=mandat.pk)
    regles.noter([mandat.pk])
    tracer(factures, "mandater", f"Mandat {mandat.reference}", par)


def _codes(factures: list[Facture]) -> CodesPiece:
    """Name the mandat issued again, where the treasury rejected that of all the invoices."""
    rejetes = RepriseRejet.objects.filter(facture__in=[f.pk for f in factures]).order_by("pk")
    derniers = {reprise.facture_id: reprise.mandat_id for reprise in rejetes}
    if len(derniers) < len(factures) or len(set(derniers.values())) != 1:
        return ORDINAIRE
    return CodesPiece(nature=REEMIS, origine=Piece.objects.get(pk=derniers.popitem()[1]))


def _verrouiller(factures: Collection[int]) -> list[Facture]:
    """Lock the invoices and check that one mandat may pay them all."""
    choisies = list(
        Facture.objects.select_for_update(of=("self",))
        .a_mandater()
        .filter(pk__in=list(factures))
        .select_related("etablissement__fournisseur__tiers", "service", "bon_commande__service")
        .order_by("pk")
    )
    if not choisies:
        raise ValidationError("Choisissez au moins une facture liquidée et non mandatée.")
    if len(choisies) != len(set(factures)):
        raise ValidationError(
            "Une des factures choisies vient d’être mandatée ou suspendue. Rechargez la liste."
        )
    if len({f.etablissement_id for f in choisies}) > 1:
        raise ValidationError("Un mandat paie les factures d’un seul établissement.")
    if len({f.service_id for f in choisies}) > 1:
        raise ValidationError("Un mandat paie les factures d’une seule direction.")
    avoir = Facture.objects.filter(
        facture_corrigee__in=[f.pk for f in choisies], etat=EtatFacture.SERVICE_FAIT
    ).first()
    if avoir is not None:
        raise ValidationError(
            f"L’avoir {avoir.numero} est accepté et n’est pas encore déduit : revoyez la "
            "liquidation de sa facture, ou soldez-la si l’avoir la rend en entier."
        )
    if not choisies[0].etablissement.fournisseur.est_actif:
        raise ValidationError("Ce fournisseur est suspendu : ses factures ne se mandatent pas.")
    return choisies


def _rassembler(
    factures: list[Facture],
    *,
    type_depense: str,
    rang: str,
    pieces: list[PieceJustificative],
    actes: list[Justificatif],
) -> list[PieceJustificative]:
    """Check the requirements, then record the documents of the invoices, of the order, the `actes`.

    What `pieces` or a rejected mandat of the invoices hold already, be it replaced since, keeps its
    identifier: no second copy leaves of what the treasury refused, or has.
    """
    rib = _rib(factures[0])
    documents = Document.objects.filter(facture__in=[f.pk for f in factures])
    sources = list(documents.order_by("facture", "pk"))
    contenus = {d.sha256 for d in (*sources, *actes, *([rib] if rib else []))}
    anciens: list[Any] = list(_documents_rejetes(factures))
    pieces = [*pieces, *(a for a in anciens if a.est_lie or a.sha256 in contenus)]
    apportes = {piece.genre for piece in pieces}
    absentes = [
        exigence
        for exigence in pieces_manquantes(factures, type_depense=type_depense, rang=rang)
        if exigence.genre not in apportes
    ]
    if absentes:
        raise ValidationError([f"Pièce manquante : {e.libelle} ({e.article})." for e in absentes])
    tenus = {piece.sha256 for piece in pieces}
    uniques: dict[str, Document] = {}
    for document in sources:
        if document.sha256 not in tenus:
            uniques.setdefault(document.sha256, document)
    recueillies = [_enregistrer(document, document.genre) for document in uniques.values()]
    genres = _genres_exiges(factures, type_depense, rang) - apportes
    if PieceJustificative.Genre.BON_COMMANDE in genres:
        recueillies += _bons_de_commande(factures, anciens)
    if PieceJustificative.Genre.RIB in genres and rib is not None and rib.sha256 not in tenus:
        recueillies.append(_enregistrer(rib, PieceJustificative.Genre.RIB))
    gardes = PieceJustificative.objects.filter(pk__in=[p.pk for p in pieces], remplacement=None)
    opposes = beneficiaires.documents(acte for acte in actes if acte.sha256 not in tenus)
    return [*recueillies, *gardes.order_by("pk"), *opposes]


def _documents_rejetes(factures: list[Facture]) -> QuerySet[PieceJustificative]:
    """Return the documents of the rejected mandats of `factures`; `est_lie`: part of a replacement.

    What was replaced for the treasury is among them, and so is what replaced it.
    """
    rejetes = RepriseRejet.objects.filter(facture__in=[f.pk for f in factures]).values("mandat")
    documents: QuerySet[PieceJustificative] = PieceJustificative.objects.filter(
        pk__in=RattachementPiece.objects.filter(piece__in=rejetes).values("justificatif")
    )
    lies = Q(remplacement__isnull=False) | Q(remplace__isnull=False)
    return documents.annotate(est_lie=lies).order_by("pk")


def _genres_exiges(factures: list[Facture], type_depense: str, rang: str) -> set[str]:
    commandes = (f.bon_commande for f in factures if f.bon_commande)
    exigees = exigences(type_depense=type_depense, rang=rang, commande=next(commandes, None))
    return {exigence.genre for exigence in exigees}


def _bons_de_commande(
    factures: list[Facture], anciens: list[PieceJustificative]
) -> list[PieceJustificative]:
    """Return the orders as the rejected mandats held them, else produced anew."""
    genre = PieceJustificative.Genre.BON_COMMANDE
    if tenus := [ancien for ancien in anciens if ancien.genre == genre]:
        return tenus
    commandes = {f.bon_commande for f in factures if f.bon_commande}
    return [_piece_commande(c) for c in sorted(commandes, key=lambda c: c.pk)]


def _enregistrer(source: Document | Justificatif, genre: str) -> PieceJustificative:
    """Record a file that somebody gave as a document of the mandat."""
    return enregistrer_justificatif(
        sha256=source.sha256,
        taille=source.taille,
        type_mime=source.type_mime,
        nom=source.nom,
        genre=genre,
    )


def _piece_commande(commande: BonCommande) -> PieceJustificative:
    return ranger_justificatif(
        editer_commande(commande, etabli_le=timezone.now()),
        nom=f"bon-de-commande-{commande.numero}.pdf",
        genre=PieceJustificative.Genre.BON_COMMANDE,
    )


def _rib(facture: Facture) -> Justificatif | None:
    rib: Justificatif | None = (
        Justificatif.objects.valables(timezone.localdate())
        .filter(fournisseur=facture.etablissement.fournisseur_id, genre=Justificatif.Genre.RIB)
        .last()
    )
    return rib


def destinataire(etablissement: Etablissement) -> Destinataire:
    """Return whom a mandat of `etablissement` pays, as it freezes him."""
    return Destinataire(
        tiers=etablissement.fournisseur.tiers,
        ridet=etablissement.ridet,
        adresse_complement=etablissement.adresse_complement,
        adresse_voie=etablissement.adresse_voie,
        code_postal=etablissement.code_postal,
        ville=etablissement.ville,
        pays=etablissement.pays,
    )


def _figer_les_comptes(facture: Facture, retenues: beneficiaires.Retenues) -> None:
    payes = [retenue.opposition.paye for retenue in retenues.decidees if retenue.montant]
    figer_les_comptes([facture.etablissement.fournisseur, *payes])


def compte_paye(etablissement: Etablissement, jour: date) -> CompteBancaire:
    """Return the verified account in force on `jour`. Raises CompteIntrouvable."""
    compte = compte_en_vigueur(etablissement.fournisseur, jour, etablissement=etablissement)
    return CompteBancaire(iban=compte.iban, bic=compte.bic, titulaire=compte.titulaire)


def _imputation(facture: Facture, liquidation: Liquidation | None) -> Imputation:
    """Charge what is mandated: the invoice, less its avoirs."""
    return Imputation(
        compte=facture.compte,
        fonction=facture.fonction,
        montant_ht=liquidation.mandate_ht if liquidation else facture.montant_ht,
        montant_tgc=liquidation.mandate_tgc if liquidation else facture.montant_tgc,
        libelle=facture.objet or f"Facture {facture.numero}",
        reference_facture=facture.numero,
    )


def _deductions(
    factures: list[Facture], liquidations: Mapping[int, Liquidation]
) -> list[DeductionImputee]:
    """Withhold from each imputation what its liquidation says."""
    return [
        DeductionImputee(rang_imputation=rang, nature=nature, montant=montant)
        for rang, facture in enumerate(factures, start=1)
        if (liquidation := liquidations.get(facture.pk)) is not None
        for nature in Deduction.Nature.values
        if (montant := getattr(liquidation, nature))
    ]


def objet_du_mandat(factures: Sequence[Facture]) -> str:
    """Say what a mandat pays: the object of its invoice, or the numbers of the first ones."""
    numeros = ", ".join(facture.numero for facture in factures[:NUMEROS_CITES])
    if len(factures) == 1:
        objet = factures[0].objet
        return f"{objet} (facture {numeros})" if objet else f"Facture {numeros}"
    suite = "…" if len(factures) > NUMEROS_CITES else ""
    return f"Factures {numeros}{suite}"
