"""What an agent must know before he decides on a request."""

from django.db.models import Q
from django.utils import timezone

from facturier.commun import antivirus
from fournisseurs.coordonnees import Compte
from fournisseurs.demandes import anomalies_declaration
from fournisseurs.models import (
    CoordonneesBancaires,
    DemandeEtablissement,
    Etablissement,
    Fournisseur,
    Justificatif,
)
from fournisseurs.referentiel import lire_referentiel
from fournisseurs.verifications import Anomalie


def anomalies_demande(demande: DemandeEtablissement) -> list[Anomalie]:
    """Return what is wrong or unusual in a request: its own data, then what is already known."""
    compte = Compte(demande.iban, demande.bic, demande.titulaire)
    return [
        *anomalies_declaration(demande, compte, lire_referentiel()),
        *_deja_connu(demande),
        *_compte_partage(demande),
        *_documents(demande),
    ]


def _avertir(code: str, champ: str, message: str) -> Anomalie:
    return Anomalie(code, champ, message, est_bloquante=False)


def _deja_connu(demande: DemandeEtablissement) -> list[Anomalie]:
    anomalies = []
    autres = DemandeEtablissement.objects.a_traiter().filter(ridet=demande.ridet)
    if autres.exclude(pk=demande.pk).exists():
        message = (
            "Une autre personne demande le même établissement : comparez les deux dossiers avant "
            "de décider."
        )
        anomalies.append(_avertir("demande_concurrente", "ridet", message))
    etablissement = Etablissement.objects.filter(ridet=demande.ridet).first()
    if etablissement is not None:
        message = (
            "L’établissement est déjà connu : accepter donne seulement à cette personne le droit "
            "de le représenter, son adresse et son compte bancaire ne changent pas."
        )
        return [*anomalies, _avertir("etablissement_connu", "ridet", message)]
    connu = Fournisseur.objects.du_rid(demande.rid)
    if connu is not None:
        message = (
            f"L’entreprise est déjà connue ({connu.tiers}) : l’établissement s’ajoute à sa fiche"
            + ("." if connu.est_actif else ", qui est suspendue.")
        )
        anomalies.append(_avertir("entreprise_connue", "ridet", message))
    return anomalies


def _compte_partage(demande: DemandeEtablissement) -> list[Anomalie]:
    """Warn when another enterprise is paid on the same account: a sign of fraud, or of a typo."""
    autres = (
        CoordonneesBancaires.objects.courantes()
        .filter(iban=demande.iban)
        .exclude(fournisseur__rid=demande.rid)
        .select_related("fournisseur__tiers")
    )
    return [
        _avertir(
            "compte_partage",
            "iban",
            f"Ce compte est déjà celui de {compte.fournisseur.tiers} : appelez l’entreprise à un "
            "numéro connu avant d’accepter.",
        )
        for compte in autres[:3]
    ]


def _documents(demande: DemandeEtablissement) -> list[Anomalie]:
    anomalies = []
    aujourd_hui = timezone.localdate()
    perimes = demande.justificatifs.filter(valable_jusqu_au__lt=aujourd_hui)
    anomalies += [
        _avertir("document_perime", "justificatifs", f"{document} : sa validité est dépassée.")
        for document in perimes
    ]
    suspects = demande.justificatifs.filter(
        Q(analyse=Justificatif.Analyse.NON_ANALYSE) | Q(analyse=Justificatif.Analyse.INFECTE)
    )
    if suspects.exists():
        cause = "ne répond pas" if antivirus.est_configure() else "n’est pas configuré"
        message = f"Des documents ne sont pas analysés : l’antivirus {cause}."
        anomalies.append(_avertir("documents_non_analyses", "justificatifs", message))
    return anomalies
