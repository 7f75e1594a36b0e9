"""What an accepted request creates: a supplier, or a place beside one already known."""

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Tiers
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.habilitations import habiliter
from fournisseurs.models import (
    CoordonneesBancaires,
    DemandeEtablissement,
    Droit,
    Etablissement,
    Fournisseur,
)
from fournisseurs.recherche import indexer

CHAMPS_ADRESSE = (
    "adresse_complement",
    "adresse_voie",
    "code_postal",
    "ville",
    "pays",
    "telephone",
    "courriel",
)


def rattacher(demande: DemandeEtablissement, *, par: Utilisateur) -> Etablissement:
    """Create or find the établissement of `demande`, its supplier and tiers, and let him act there.

    The bank account of an établissement already known stays as it is: a change of account is a
    separate act. Call it in the transaction that accepts, with the requests of the enterprise
    locked.
    """
    etablissement = Etablissement.objects.filter(ridet=demande.ridet).first()
    if etablissement is None:
        etablissement = _creer_etablissement(demande, par=par)
    habiliter(
        utilisateur=demande.demandeur,
        etablissement=etablissement,
        droits=list(Droit),
        par=par,
        fonction=demande.fonction,
        service=demande.service,
    )
    demande.justificatifs.update(fournisseur=etablissement.fournisseur, etablissement=etablissement)
    return etablissement


def _creer_etablissement(demande: DemandeEtablissement, *, par: Utilisateur) -> Etablissement:
    adresse = {champ: getattr(demande, champ) for champ in CHAMPS_ADRESSE}
    fournisseur = _fournisseur(demande, adresse)
    etablissement: Etablissement = Etablissement.objects.create(
        fournisseur=fournisseur, ridet=demande.ridet, denomination=demande.denomination, **adresse
    )
    indexer([fournisseur.pk])
    _enregistrer_compte(demande, etablissement, par=par)
    return etablissement


def _fournisseur(demande: DemandeEtablissement, adresse: dict[str, str]) -> Fournisseur:
    """Return the supplier of the same RID, become a creditor, or create him around his tiers."""
    connu: Fournisseur | None = Fournisseur.objects.du_rid(demande.rid)
    if connu is None:
        cree: Fournisseur = Fournisseur.objects.create(
            tiers=_tiers(demande), rid=demande.rid, est_creancier=True, **adresse
        )
        return cree
    if not connu.est_creancier:
        connu.est_creancier = True
        connu.save(update_fields=["est_creancier"])
    return connu


def _tiers(demande: DemandeEtablissement) -> Tiers:
    """Return the tiers of this RIDET, or create one whose code is the RID."""
    deja_connu = Tiers.objects.filter(ridet=demande.ridet, fournisseur__isnull=True).first()
    return deja_connu or Tiers.objects.create(
        code=demande.rid, nom=demande.denomination, ridet=demande.ridet
    )


def _enregistrer_compte(
    demande: DemandeEtablissement, etablissement: Etablissement, *, par: Utilisateur
) -> None:
    """Make the account the main one of a new supplier, or the établissement's when it differs."""
    fournisseur = etablissement.fournisseur
    principal = fournisseur.coordonnees.courantes().filter(etablissement__isnull=True).first()
    if principal is not None and principal.iban == demande.iban:
        return
    enregistrer_compte(
        fournisseur=fournisseur,
        etablissement=etablissement if principal else None,
        compte=Compte(demande.iban, demande.bic, demande.titulaire),
        origine=CoordonneesBancaires.Origine.DEMANDE,
        demande=demande,
        par=par,
    )
