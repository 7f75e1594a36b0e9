"""P14: the thousandth page of a supplier's list, against its first, among 1,000,000 invoices.

Half of the invoices are those of the supplier that looks, mixed with the rest; then one whose few
invoices are the oldest of all reads his whole list, against the same first page.
"""

from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.grand_livre.models import Tiers
from facturier.suivi.forms_liste import FiltreFacturesForm
from facturier.suivi.liste import lire_page
from facturier.suivi.models import Facture
from facturier.suivi.pages import TAILLE_PAGE
from fournisseurs.models import Etablissement, Fournisseur, Habilitation, Representant
from tests.mesures.mesure import Mesure, Prise, comparer, latence

OBJECTIF = "<= 1.5"
FOIS = 20
REMPLIR = """
INSERT INTO facturier_facture (
    fournisseur_id, etablissement_id, service_id, numero, numero_normalise, objet, date_emission,
    montant_ht, montant_tgc, montant_ttc, nature, type_depense, sha256, lecture, cree_le,
    cree_par_id,
    deposee_le, deposee_par_id, code_verification, etat, suspendue_depuis, compte, fonction,
    reference_virement)
SELECT e.fournisseur_id, e.id, %(service)s, 'F-' || n, 'F-' || n, 'Mesure', current_date,
    100000, 11000, 111000, 'facture', 'bon_commande', repeat('0', 64), '{}', now(), %(par)s,
    now(), %(par)s, lpad(n::text, 19, '0'), 'deposee', '', '', '', ''
FROM generate_series(%(debut)s, %(fin)s) n
JOIN fournisseurs_etablissement e ON e.ridet =
    CASE WHEN n <= 10 THEN '9800001001' WHEN n %% 2 = 0 THEN '9800000001' ELSE '9800002001' END
ORDER BY n
"""


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P14 at 50,000 invoices, or 1,000,000, on PostgreSQL."""
    if connection.vendor != "postgresql":
        return
    grande, petite = remplir(1_000_000 if grand else 50_000)
    yield "P14", partial(_page_profonde, grande)
    yield "P14 (quelques factures anciennes)", partial(_petite_liste, grande, petite)


def _page_profonde(personne: Utilisateur, nom: str) -> Mesure:
    profonde = _apres_pages(personne, 999)
    return comparer(
        nom,
        lambda: latence(partial(_lire, personne, profonde), FOIS),
        lambda: latence(partial(_lire, personne, ""), FOIS),
        OBJECTIF,
    )


def _petite_liste(grande: Utilisateur, petite: Utilisateur, nom: str) -> Mesure:
    return comparer(
        nom,
        lambda: latence(partial(_lire, petite, ""), FOIS),
        lambda: latence(partial(_lire, grande, ""), FOIS),
        OBJECTIF,
    )


def _lire(personne: Utilisateur, recherche: str) -> int:
    parametres = QueryDict(recherche)
    filtre = FiltreFacturesForm(parametres, utilisateur=personne)
    filtre.is_valid()
    return len(lire_page(filtre, personne, parametres).objets)


def _apres_pages(personne: Utilisateur, nombre: int) -> str:
    """Return the address that the link « Page suivante » has after so many pages."""
    siennes = Facture.objects.visibles_par(personne).order_by("-pk").values_list("pk", flat=True)
    rang = nombre * TAILLE_PAGE - 1
    return f"avant={siennes[rang]}"


def remplir(nombre: int) -> tuple[Utilisateur, Utilisateur]:
    """Make the invoices; return who looks at half of them, and who looks at the ten oldest."""
    service = ServiceGestionnaire.objects.get_or_create(
        code="MESURE", defaults={"libelle": "Mesure", "direction": "Mesure"}
    )[0]
    grande, petite, _ = (_etablir(rang) for rang in range(3))
    with connection.cursor() as curseur:
        curseur.execute(
            REMPLIR, {"service": service.pk, "par": grande.pk, "debut": 1, "fin": nombre}
        )
        curseur.execute("VACUUM ANALYZE facturier_facture")
    return grande, petite


def _etablir(rang: int) -> Utilisateur:
    """Make an établissement and the person who looks at its invoices."""
    ridet = f"{9_800_000 + rang}001"
    tiers = Tiers.objects.create(code=ridet[:7], nom=f"Mesure {rang}", ridet=ridet)
    etablissement = Etablissement.objects.create(
        fournisseur=Fournisseur.objects.create(tiers=tiers, rid=ridet[:7], est_creancier=True),
        ridet=ridet,
        denomination=f"Mesure {rang}",
        adresse_voie="1 rue des Banians",
        code_postal="98800",
        ville="Nouméa",
    )
    personne = Utilisateur.objects.create_user(f"mesure{rang}@fournisseur.example")
    personne.attribuer(Role.FOURNISSEUR)
    Habilitation.objects.create(
        representant=Representant.objects.create(utilisateur=personne),
        etablissement=etablissement,
        accordee_par=Utilisateur.objects.systeme(),
        accordee_le=timezone.now(),
    )
    return personne
