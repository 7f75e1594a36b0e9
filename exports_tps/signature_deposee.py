"""Signed elsewhere and given back: the file to sign, and what is checked of the one that returns.

The file handed over holds one bordereau; it is made again, byte for byte, when its signed copy is
deposited. What is kept is the fragment, in the form that any flux copies.
"""

import tempfile
from contextlib import suppress
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.cles import autorites, signataire
from exports_tps.constitution import APPLICATION, SIGLE, TYPE_FICHIER
from exports_tps.etapes import exiger_pouvoir
from exports_tps.horloge import HORLOGE, pret_le
from exports_tps.models import CertificatSignataire, SignatureBordereau
from exports_tps.pes.bordereau import Fragment
from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.latin1 import ajuster
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signature_externe import Rendu, recopier_fragment, reprendre
from exports_tps.pes.verification import Confiance, Lue, nom_commun
from exports_tps.presentables import verrouiller
from exports_tps.preuves import Occasion, Preuve, conserver
from exports_tps.signature import SANS_LIMITE, conclure, place_exigee
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Bordereau, SensPiece
from facturier.grand_livre.suite import figer_precedents

TAILLE_CERTIFICAT = 20_000  # bytes
SANS_CERTIFICAT = "Aucun certificat n’est enregistré à votre nom : enregistrez d’abord le vôtre."


def ecrire_a_signer(bordereau: Bordereau, sortie: BinaryIO) -> None:
    """Write the file to sign: `bordereau` alone, without signature; same bordereau, same bytes.

    Raises:
        ValidationError: a check before signing fails, or there is no room to write it.
    """
    with place_exigee(bordereau), tempfile.TemporaryFile() as fragment:
        lu = lire_a_signer(bordereau, fragment)
        if not lu.est_pret:
            raise ValidationError(lu.anomalies)
        fragment.flush()
        section = Section(fragments=[lambda: _rouvrir(fragment)], est_signee=False)
        est_depense = bordereau.sens == SensPiece.DEPENSE
        budget = bordereau.budget
        ecrire_flux(
            sortie=sortie,
            enveloppe=Enveloppe(
                version=2,
                type_fichier=TYPE_FICHIER,
                nom_fichier=f"A_SIGNER_{budget.identifiant_collectivite}_{bordereau.reference}",
                emetteur_sigle=SIGLE,
                emetteur_adresse=APPLICATION,
            ),
            entete=EnTete(
                date_emission=bordereau.date_emission,
                codique=budget.codique_poste,
                identifiant_collectivite=budget.identifiant_collectivite,
                code_collectivite=budget.code_collectivite,
                code_budget=budget.code_budget,
                libelle_budget=ajuster(budget.libelle, 38),
            ),
            depense=section if est_depense else None,
            recette=None if est_depense else section,
            est_a_signer=True,
        )


def _rouvrir(fichier: BinaryIO) -> BinaryIO:
    copie = open(fichier.fileno(), "rb", closefd=False)  # noqa: SIM115  (the reader closes it)
    copie.seek(0)
    return copie


@transaction.atomic
def deposer_signature(bordereau: Bordereau, rendu: BinaryIO, *, par: Utilisateur) -> Bordereau:
    """Take the signed copy of the file to sign, as the signature of `par`.

    Raises:
        ActeInterdit, TransitionInterdite: as for `signature.signer_bordereau`.
        ValidationError: it is another file or bordereau, the signature does not hold, or its
            certificate is unknown, out of date, or of another person; each message says which.
    """
    verrouille = verrouiller(bordereau)
    pouvoir = exiger_pouvoir(verrouille, par)
    figer_precedents(verrouille)
    with (
        place_exigee(verrouille),
        tempfile.TemporaryFile() as remis,
        tempfile.TemporaryFile() as fragment,
    ):
        ecrire_a_signer(verrouille, remis)
        lu = _verifier(verrouille, remis, rendu, par)
        try:
            recopie = recopier_fragment(rendu, lu, lu.bordereaux[0], sortie=fragment)
        except ErreurPES as erreur:
            raise ValidationError(
                "La signature porte sur le fichier entier : signez le bordereau lui-même "
                f"(« signature par bordereau » du parapheur). {erreur}"
            ) from erreur
        fragment.seek(0)
        fichiers.ranger(fragment, racine=settings.DOCUMENTS_RACINE, taille_maximale=SANS_LIMITE)
    signature = lu.signatures[0]
    conclure(
        verrouille,
        par=par,
        pouvoir=pouvoir,
        fragment=Fragment(
            recopie.identifiant,
            est_signe=True,
            taille=recopie.taille,
            sha256=recopie.sha256,
            empreinte=signature.empreinte.hex(),
        ),
        moment=signature.signee_le,
        certificat=signature.certificats[0],
        mode=SignatureBordereau.Mode.DEPOSEE,
    )
    conserver(
        verrouille,
        Preuve((), lu.signatures),
        sha256=recopie.sha256,
        occasion=Occasion.RENDU,
        par=par,
    )
    bordereau.refresh_from_db()
    return bordereau


def _verifier(bordereau: Bordereau, remis: BinaryIO, rendu: BinaryIO, par: Utilisateur) -> Rendu:
    """Return what came back, once it is known to be `remis`, signed by `par`, in his time."""
    connus = certificats_de(par)
    if not connus:
        raise ValidationError(SANS_CERTIFICAT)
    debut = pret_le(bordereau)
    maintenant = timezone.now()
    remis.seek(0)
    try:
        lu = reprendre(
            remis,
            rendu,
            confiance=Confiance(
                autorites=autorites(),
                signataires=connus,
                periode=(debut.replace(microsecond=0), maintenant + HORLOGE),
            ),
        )
    except ErreurPES as erreur:
        raise ValidationError(_expliquer(bordereau, rendu, str(erreur))) from erreur
    for signature in lu.signatures:
        _exiger_en_cours(signature)
    return lu


def _expliquer(bordereau: Bordereau, rendu: BinaryIO, raison: str) -> str:
    """Say that a file signs another bordereau, or none, when it does; else repeat the reason."""
    rendu.seek(0)
    attendu = f'<Bordereau Id="{lire_a_signer(bordereau).identifiant}"'.encode()
    debut = rendu.read(8192)
    if b"<Bordereau Id=" in debut and attendu not in debut:
        return f"Ce fichier signe un autre bordereau que {bordereau.reference} : déposez le bon."
    if "bordereau non signé" in raison:
        return "Ce fichier n’est pas signé : signez-le, puis déposez ce que rend votre outil."
    return raison


def _exiger_en_cours(signature: Lue) -> None:
    """Raise ValidationError for a certificate that has expired since it signed."""
    certificat = signature.certificats[0]
    if certificat.not_valid_after_utc < timezone.now():
        raise ValidationError(
            f"Le certificat de « {nom_commun(certificat)} » a expiré le "
            f"{certificat.not_valid_after_utc:%d/%m/%Y} : signez avec un certificat en cours."
        )


# --- Certificates -----------------------------------------------------------------------------
@transaction.atomic
def enregistrer_certificat(fichier: BinaryIO, *, par: Utilisateur) -> CertificatSignataire:
    """Keep the certificate with which `par` signs elsewhere.

    Raises:
        ActeInterdit: `par` is not ordonnateur.
        ValidationError: not a certificate, expired, of an unknown authority, or registered.
    """
    if not par.a_role(Role.ORDONNATEUR):
        raise ActeInterdit("Seul un ordonnateur enregistre le certificat avec lequel il signe.")
    certificat = _lire_certificat(fichier.read(TAILLE_CERTIFICAT))
    if certificat.not_valid_after_utc < timezone.now():
        raise ValidationError(
            f"Ce certificat a expiré le {certificat.not_valid_after_utc:%d/%m/%Y} : "
            "enregistrez celui qui le remplace."
        )
    connu = CertificatSignataire(
        personne=par,
        sha256=certificat.fingerprint(hashes.SHA256()).hex(),
        sujet=certificat.subject.rfc4514_string()[:200],
        pem=certificat.public_bytes(Encoding.PEM).decode(),
        valable_du=certificat.not_valid_before_utc,
        valable_au=certificat.not_valid_after_utc,
    )
    connu.full_clean()
    connu.save(force_insert=True)
    return connu


@transaction.atomic
def retirer_certificat(certificat: CertificatSignataire, *, par: Utilisateur) -> None:
    """Take a certificate no more, from now; what it signed stays signed.

    Raises:
        ActeInterdit: it is not that of `par`.
        TransitionInterdite: it is withdrawn already.
    """
    if certificat.personne_id != par.pk:
        raise ActeInterdit("Ce certificat n’est pas le vôtre.")
    vivants = CertificatSignataire.objects.filter(pk=certificat.pk, retire_le=None)
    if not vivants.update(retire_le=timezone.now()):
        raise TransitionInterdite("Ce certificat est déjà retiré.")


def certificats_de(personne: Utilisateur) -> list[x509.Certificate]:
    """Return the certificates with which `personne` may sign elsewhere."""
    pems = personne.certificats.filter(retire_le=None).values_list("pem", flat=True)
    return [x509.load_pem_x509_certificate(pem.encode()) for pem in pems]


def signataires_admis() -> list[x509.Certificate]:
    """Return the certificates, still valid, of whoever may sign: persons, and the server."""
    valables = CertificatSignataire.objects.filter(retire_le=None, valable_au__gt=timezone.now())
    connus = [
        x509.load_pem_x509_certificate(pem.encode())
        for pem in valables.values_list("pem", flat=True)
    ]
    with suppress(ImproperlyConfigured, ErreurPES):  # a server may have no key of its own
        connus.append(signataire().certificat)
    return connus


def _lire_certificat(octets: bytes) -> x509.Certificate:
    if b"PRIVATE KEY-----" in octets:
        raise ValidationError(
            "Ce fichier contient une clé privée : rien n’en est gardé. Ne la confiez à personne, "
            "et déposez le certificat seul."
        )
    for lire in (x509.load_pem_x509_certificate, x509.load_der_x509_certificate):
        try:
            return lire(octets)
        except ValueError:
            continue
    raise ValidationError(
        "Ce fichier n’est pas un certificat : déposez-le au format PEM ou DER (.pem, .crt, .cer)."
    )
