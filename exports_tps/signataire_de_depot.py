"""Who signed a file of other software before it was dropped, and by which power.

No file leaves without the person whose signature it bears on record (GBCP, art. 19, 2°).
"""

from collections.abc import Sequence
from datetime import date, datetime

from cryptography.hazmat.primitives import hashes
from django.core.exceptions import ValidationError
from django.utils import timezone

from exports_tps.horloge import HORLOGE
from exports_tps.models import CertificatSignataire, Delegation, DepotExterne, SignatureBordereau
from exports_tps.pes.verification import Lue, nom_commun
from exports_tps.pouvoirs import pouvoir_de_signer
from exports_tps.presentables import montant_de
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher


def enregistrer_signataire(depot: DepotExterne, signatures: Sequence[Lue]) -> SignatureBordereau:
    """Record the one person who made the verified `signatures` of a file just dropped.

    Raises:
        ValidationError: nobody, or several people; or he may not sign that much on that day.
    """
    personne = _personne(signatures)
    pouvoir: Delegation | None = None
    jours = sorted({_jour(signature.signee_le) for signature in signatures})
    for jour in jours:
        pouvoir = _exiger_pouvoir(personne, montant_de(depot), jour)
    return SignatureBordereau.objects.create(
        depot=depot,
        par=personne,
        delegation=pouvoir,
        jour=jours[-1],
        empreinte=depot.sha256,
        mode=SignatureBordereau.Mode.DEPOSEE,
    )


def _personne(signatures: Sequence[Lue]) -> Utilisateur:
    certificats = [signature.certificats[0] for signature in signatures]
    empreintes = {certificat.fingerprint(hashes.SHA256()).hex() for certificat in certificats}
    connus = CertificatSignataire.objects.filter(sha256__in=empreintes, retire_le=None)
    personnes = {connu.sha256: connu.personne for connu in connus.select_related("personne")}
    for certificat in certificats:
        if certificat.fingerprint(hashes.SHA256()).hex() not in personnes:
            raise ValidationError(
                f"Le certificat « {nom_commun(certificat)} » n’est celui de personne : rien ne dit "
                "qui a signé ce fichier. Déposez-le sans signature, un ordonnateur le signera ici."
            )
    noms = sorted({str(personne) for personne in personnes.values()})
    if len(noms) > 1:
        raise ValidationError(
            f"Ce fichier est signé par plusieurs personnes ({', '.join(noms)}) : faites produire "
            "un fichier par signataire."
        )
    return next(iter(personnes.values()))


def _jour(signee_le: datetime) -> date:
    """Return the day of a signature at Nouméa; ValidationError for one that is to come."""
    if signee_le > timezone.now() + HORLOGE:
        raise ValidationError(
            f"Ce fichier dit avoir été signé le {jour_et_heure(timezone.localtime(signee_le))}, "
            "qui est à venir : vérifiez l’horloge de l’outil de signature."
        )
    return timezone.localdate(signee_le)


def _exiger_pouvoir(personne: Utilisateur, montant: int, jour: date) -> Delegation | None:
    if not personne.is_active or not personne.a_role(Role.ORDONNATEUR):
        raise ValidationError(
            f"Ce fichier est signé par {personne}, qui n’est plus ordonnateur ici : faites-le "
            "signer par un ordonnateur."
        )
    try:
        return pouvoir_de_signer(personne, montant=montant, jour=jour)
    except ActeInterdit as refus:
        raise ValidationError(
            f"Ce fichier est signé par {personne}, à qui aucun pouvoir ne permettait de signer un "
            f"bordereau de {afficher(montant)} le {jour:%d/%m/%Y} : faites-le signer par un "
            "ordonnateur qui le peut."
        ) from refus
