"""Drafts: a file is put away and read, then the supplier corrects what was read."""

import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun import antivirus, fichiers, types_contenu
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.documents import raccourcir
from facturier.grand_livre.models import PieceJustificative
from facturier.suivi.etats import EtatFacture
from facturier.suivi.lecture import (
    FactureLue,
    Format,
    lire_facture,
    objets_embarques,
    photos,
)
from facturier.suivi.models import (
    BonCommande,
    DepotEnAttente,
    Document,
    Facture,
    LigneFacture,
    Quarantaine,
    RepartitionTaxe,
    normaliser_numero,
)
from facturier.suivi.saisie import Saisie, saisie_lue, trace_lecture
from fournisseurs.models import CoordonneesBancaires, Etablissement

TYPES_FACTURE = (types_contenu.PDF, types_contenu.XML)
TYPES_JOINTS = (
    types_contenu.PDF,
    types_contenu.XML,
    types_contenu.PNG,
    types_contenu.JPEG,
    types_contenu.XLSX,
)
NOMBRE_MAXIMAL_JOINTS = 20
EN_PHOTO = (
    "Cette facture est photographiée : saisissez ses données à la main, et vérifiez que chaque "
    "page se lit. Gardez l’original."
)
ETATS_OUVERTS = frozenset({EtatFacture.BROUILLON, EtatFacture.SUSPENDUE})


def commencer(
    flux: BinaryIO,
    *,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
    suites: Sequence[tuple[str, BinaryIO]] = (),
    racine: Path | None = None,
    met_de_cote: bool = False,
) -> Facture:
    """Put an invoice file away, read it, and open a draft with what was read.

    A photo becomes a PDF, whose next pages are `suites` (photos too: name and content). The file
    goes to the store, or to `racine`. With `met_de_cote`, one that a silent antivirus cannot read
    is kept in quarantine instead of refused.

    Raises:
        PermissionDenied: `par` may not deposit for `etablissement`.
        FichierRefuse: the file is empty, too large, not what its name says, or hostile.
    """
    exiger_droit(etablissement, par)
    if photos.est_photo(flux):
        return commencer_en_photos(
            [(nom, flux), *suites],
            etablissement=etablissement,
            par=par,
            racine=racine,
            met_de_cote=met_de_cote,
        )
    if suites:
        raise fichiers.FichierRefuse(
            f"« {nom[:80]} » n’est pas une photo : seules des photos font les pages d’une facture."
        )
    a_l_analyse = _attend_l_antivirus(flux, met_de_cote=met_de_cote, embarque=True)
    range_ = _ranger(flux, TYPES_FACTURE, racine)
    with fichiers.ouvrir(range_.sha256, racine or settings.DOCUMENTS_RACINE) as copie:
        lue = lire_facture(copie, nom, taille_maximale=settings.TAILLE_MAXIMALE_DEPOT)
    facture = ouvrir(lue, range_, nom=nom, etablissement=etablissement, par=par)
    return _mettre_de_cote(facture, a_l_analyse)


def commencer_en_photos(
    pages: Sequence[tuple[str, BinaryIO]],
    *,
    etablissement: Etablissement,
    par: Utilisateur,
    racine: Path | None = None,
    met_de_cote: bool = False,
) -> Facture:
    """Open a draft on the PDF made of photos (name and content), in the store or in `racine`.

    Raises:
        PermissionDenied: `par` may not deposit for `etablissement`.
        FichierRefuse: a photo cannot be read within bounds.
    """
    with photos.en_pdf(pages, taille_maximale=settings.TAILLE_MAXIMALE_DEPOT) as (pdf, originaux):
        flux = cast(BinaryIO, pdf)
        a_l_analyse = _attend_l_antivirus(flux, met_de_cote=met_de_cote)
        range_ = _ranger(flux, TYPES_FACTURE, racine)
    lue = FactureLue(format=Format.PHOTO, avertissements=(EN_PHOTO,))
    nom = f"{Path(pages[0][0]).stem}.pdf"
    facture = ouvrir(lue, range_, nom=nom, etablissement=etablissement, par=par)
    facture.lecture["originaux"] = [asdict(original) for original in originaux]
    facture.save(update_fields=["lecture"])
    return _mettre_de_cote(facture, a_l_analyse)


@transaction.atomic
def remplir(facture: Facture, saisie: Saisie, *, par: Utilisateur) -> Facture:
    """Replace the data of a draft. Nothing is checked here but rights: `controler` does it.

    Raises:
        PermissionDenied: `par` may not deposit for the établissement.
        TransitionInterdite: the invoice is deposited already.
    """
    exiger_droit(facture.etablissement, par)
    _exiger_brouillon(facture)
    _appliquer(facture, saisie)
    facture.save()
    facture.taxes.all().delete()
    _enregistrer_taxes(facture, saisie)
    return facture


def joindre(
    facture: Facture,
    flux: BinaryIO,
    *,
    nom: str,
    genre: str,
    par: Utilisateur,
    racine: Path | None = None,
) -> Document:
    """Add a supporting document; the same content twice is one document, a HEIC photo a PDF.

    It goes to the store, or to `racine`.

    Raises:
        PermissionDenied: `par` may not deposit for the établissement.
        TransitionInterdite: nothing is asked of the supplier any more.
        FichierRefuse: the file is not accepted, or the invoice has too many documents.
    """
    exiger_droit(facture.etablissement, par)
    if facture.etat not in ETATS_OUVERTS:
        raise TransitionInterdite("Aucun document n’est attendu sur cette facture.")
    if facture.documents.count() > NOMBRE_MAXIMAL_JOINTS:
        raise fichiers.FichierRefuse(
            f"Une facture porte au plus {NOMBRE_MAXIMAL_JOINTS} pièces jointes : réunissez-les "
            "dans un seul PDF."
        )
    if photos.est_heic(flux):
        limite = settings.TAILLE_MAXIMALE_DEPOT
        with photos.en_pdf([(nom, flux)], taille_maximale=limite) as (pdf, _):
            antivirus.exiger_sain(cast(BinaryIO, pdf))
            range_ = _ranger(cast(BinaryIO, pdf), TYPES_JOINTS, racine)
        nom = f"{Path(nom).stem}.pdf"
    else:
        antivirus.exiger_sain(flux)
        range_ = _ranger(flux, TYPES_JOINTS, racine)
    document, _ = Document.objects.get_or_create(
        facture=facture,
        sha256=range_.sha256,
        defaults={
            "nom": raccourcir(nom),
            "type_mime": range_.type_mime,
            "taille": range_.taille,
            "genre": genre,
            "depose_par": par,
        },
    )
    return document


def abandonner(facture: Facture, *, par: Utilisateur) -> None:
    """Delete a draft; its file stays in the store, as any other invoice may hold it.

    Raises:
        TransitionInterdite: the invoice is deposited: it can only be withdrawn.
    """
    exiger_droit(facture.etablissement, par)
    _exiger_brouillon(facture)
    facture.delete()


def exiger_droit(etablissement: Etablissement, par: Utilisateur) -> None:
    """Refuse who may not deposit for `etablissement`; batches run as the system account may."""
    deposables = Etablissement.objects.visibles_par(par, "deposer")
    if not par.est_systeme and not deposables.filter(pk=etablissement.pk).exists():
        raise PermissionDenied("Vous n’êtes pas habilité à déposer pour cet établissement.")


def _exiger_brouillon(facture: Facture) -> None:
    if not facture.est_brouillon:
        raise TransitionInterdite("Cette facture est déjà déposée : elle ne se modifie plus.")
    if DepotEnAttente.objects.filter(facture=facture).exists():
        raise TransitionInterdite(
            "Le dépôt de cette facture est demandé, son fichier est à l’analyse : elle ne se "
            "modifie plus."
        )


def ranger_facture(flux: BinaryIO, *, racine: Path | None = None) -> fichiers.FichierRange:
    """Put an invoice file away, in the store or in `racine`, once what it embeds is scanned.

    Raises:
        FichierRefuse: empty, too large, neither PDF nor XML, or infected.
    """
    _attend_l_antivirus(flux, met_de_cote=False, embarque=True)
    return _ranger(flux, TYPES_FACTURE, racine)


def exiger_embarques_sains(flux: BinaryIO) -> None:
    """Let an invoice file through, back at its beginning, unless what it embeds is infected.

    Raises:
        FichierRefuse, AntivirusMuet: as `antivirus.exiger_sain`.
    """
    if antivirus.est_configure():
        for objet in objets_embarques(flux):
            antivirus.exiger_sain(io.BytesIO(objet))
        flux.seek(0)


def _attend_l_antivirus(flux: BinaryIO, *, met_de_cote: bool, embarque: bool = False) -> bool:
    """Scan a file, and what it embeds; tell whether it must wait for an antivirus that is silent.

    Raises:
        FichierRefuse: infected.
        AntivirusMuet: silent, and nothing may be put aside.
    """
    try:
        if embarque:
            exiger_embarques_sains(flux)
        antivirus.exiger_sain(flux)
    except antivirus.AntivirusMuet:
        if not met_de_cote:
            raise
        flux.seek(0)
        return True
    return False


def _mettre_de_cote(facture: Facture, a_l_analyse: bool) -> Facture:
    """Put the file of a draft in quarantine, if it waits for the antivirus."""
    if a_l_analyse:
        Quarantaine.objects.create(document=facture.document_principal)
    return facture


def _ranger(
    flux: BinaryIO, types: tuple[str, ...], racine: Path | None = None
) -> fichiers.FichierRange:
    return fichiers.ranger(
        flux,
        racine=racine or settings.DOCUMENTS_RACINE,
        taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
        types_acceptes=types,
    )


@transaction.atomic
def ouvrir(
    lue: FactureLue,
    range_: fichiers.FichierRange,
    *,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
) -> Facture:
    """Open a draft on a file of the store, with what was read in it.

    Raises:
        PermissionDenied: `par` may not deposit for `etablissement`.
    """
    exiger_droit(etablissement, par)
    saisie = saisie_lue(lue, etablissement)
    facture = Facture(
        fournisseur=etablissement.fournisseur,
        etablissement=etablissement,
        sha256=range_.sha256,
        lecture=trace_lecture(lue, saisie),
        cree_par=par,
    )
    if ecart := _ecart_bancaire(lue, etablissement):
        facture.lecture["avertissements"] += ecart
        facture.lecture["compte_inconnu"] = True
    _appliquer(facture, saisie)
    facture.save()
    Document.objects.create(
        facture=facture,
        sha256=range_.sha256,
        nom=raccourcir(nom),
        type_mime=range_.type_mime,
        taille=range_.taille,
        genre=PieceJustificative.Genre.FACTURE,
        depose_par=par,
    )
    _enregistrer_taxes(facture, saisie)
    _enregistrer_lignes(facture, lue)
    return facture


def _appliquer(facture: Facture, saisie: Saisie) -> None:
    corrigee = saisie.facture_corrigee if saisie.nature == Facture.Nature.AVOIR else None
    facture.nature = saisie.nature
    facture.facture_corrigee = corrigee
    facture.numero = saisie.numero.strip()
    facture.numero_normalise = normaliser_numero(saisie.numero)
    facture.objet = saisie.objet
    facture.date_emission = saisie.date_emission
    facture.montant_ht = saisie.montant_ht
    facture.montant_tgc = saisie.montant_tgc
    facture.montant_ttc = saisie.montant_ttc
    facture.bon_commande, facture.service = _destination(saisie)
    facture.type_depense = corrigee.type_depense if corrigee else saisie.type_depense
    facture.periode_debut = saisie.periode_debut
    facture.periode_fin = saisie.periode_fin


def _destination(saisie: Saisie) -> tuple[BonCommande | None, ServiceGestionnaire | None]:
    """Return the order and the service; those of the invoice corrected, for an avoir."""
    if saisie.nature == Facture.Nature.AVOIR:
        corrigee = saisie.facture_corrigee
        return (corrigee.bon_commande, corrigee.service) if corrigee else (None, None)
    commande = saisie.bon_commande
    return commande, commande.service if commande else saisie.service


def _enregistrer_taxes(facture: Facture, saisie: Saisie) -> None:
    RepartitionTaxe.objects.bulk_create(
        RepartitionTaxe(facture=facture, taux=part.taux, base=part.base, taxe=part.taxe)
        for part in saisie.taxes
        if part.base >= 0 and part.taxe >= 0
    )


def _enregistrer_lignes(facture: Facture, lue: FactureLue) -> None:
    LigneFacture.objects.bulk_create(
        LigneFacture(
            facture=facture,
            rang=rang,
            libelle=ligne.libelle[:200],
            quantite=ligne.quantite,
            prix=ligne.prix,
            montant_ht=ligne.montant,
            taux=ligne.taux,
        )
        for rang, ligne in enumerate(lue.lignes, start=1)
    )


def _ecart_bancaire(lue: FactureLue, etablissement: Etablissement) -> list[str]:
    """Warn when the account printed on the invoice is none of those the province knows."""
    if lue.iban is None:
        return []
    connus = CoordonneesBancaires.objects.courantes().filter(
        fournisseur=etablissement.fournisseur_id
    )
    if connus.filter(iban=lue.iban.valeur).exists():
        return []
    return [
        "Le compte bancaire imprimé sur la facture n’est pas celui que la province connaît : le "
        "paiement ira au compte vérifié. Pour en changer, passez par vos données bancaires."
    ]
