"""Who sees what: every page against the cast, then one supplier against another."""

import pytest
from django.urls import reverse

from fournisseurs.models import (
    DemandeEtablissement,
    Etablissement,
    Fournisseur,
    Justificatif,
)
from tests.fournisseurs.factories import (
    DemandeEtablissementFactory,
    FournisseurFactory,
    ModificationFactory,
)

pytestmark = pytest.mark.django_db

RIDET = "9000027001"
DISTRIBUTION = [
    "fournisseur",
    "intrus",
    "agent",
    "service",
    "ordonnateur",
    "regisseur",
    "comptable",
    "administrateur",
]
# Page (in the words of `_adresse`), then who is served; the others get 403, or 404 by object.
MATRICE = {
    "accueil": "fournisseur intrus",
    "demander": "fournisseur intrus",
    "etablissement": "fournisseur",
    "demande": "fournisseur",
    "retirer_demande": "fournisseur",
    "justificatif": "fournisseur agent",
    "releve": "fournisseur agent ordonnateur comptable",
    "releve_csv": "fournisseur agent ordonnateur comptable",
    "releve_pdf": "fournisseur agent ordonnateur comptable",
    "documents": "fournisseur",
    "choisir_modification": "fournisseur",
    "modifier": "fournisseur",
    "modification": "fournisseur",
    "retirer_modification": "fournisseur",
    "gestion_modification": "agent",
    "gestion_choisir": "agent",
    "gestion_modifier": "agent",
    "gestion_tiers": "agent ordonnateur comptable service",
    "gestion_fiche": "agent ordonnateur comptable",
    "gestion_demandes": "agent",
    "gestion_demande": "agent",
    "suspendre": "agent",
    "reactiver": "agent",
}


@pytest.fixture
def dossier(reference, fournisseur):
    """A supplier represented by `fournisseur`, and his accepted request."""
    FournisseurFactory(representant=fournisseur, ridet=RIDET)
    ModificationFactory(representant=fournisseur, fournisseur=Fournisseur.objects.get())
    return DemandeEtablissement.objects.get()


def _adresse(page, dossier):
    modification = dossier.etablissement.modifications.get().pk
    arguments = {
        "documents": [RIDET],
        "choisir_modification": [RIDET],
        "gestion_choisir": [RIDET],
        "modifier": [RIDET, "adresse"],
        "gestion_modifier": [RIDET, "adresse"],
        "modification": [modification],
        "retirer_modification": [modification],
        "gestion_modification": [modification],
        "etablissement": [RIDET],
        "demande": [dossier.pk],
        "retirer_demande": [dossier.pk],
        "gestion_demande": [dossier.pk],
        "justificatif": [dossier.justificatifs.all()[0].pk],
    }
    sur_tiers = {"releve", "releve_csv", "releve_pdf", "gestion_fiche", "suspendre", "reactiver"}
    tiers = [dossier.etablissement.fournisseur.tiers.code] if page in sur_tiers else []
    return reverse(f"fournisseurs:{page}", args=arguments.get(page, tiers))


@pytest.mark.parametrize("qui", DISTRIBUTION)
def test_une_page_ne_sert_que_ceux_de_la_matrice(client, request, dossier, qui):
    client.force_login(request.getfixturevalue(qui))

    statuts = {}
    for page in MATRICE:
        reponse = client.get(_adresse(page, dossier))
        if reponse.streaming:
            list(reponse.streaming_content)  # read to the end, which closes the file
        statuts[page] = reponse.status_code

    servies = {page for page, statut in statuts.items() if statut == 200}
    assert servies == {page for page, servis in MATRICE.items() if qui in servis.split()}
    assert set(statuts.values()) <= {200, 403, 404}, statuts


def test_une_page_demande_de_se_connecter(client, dossier):
    reponses = {page: client.get(_adresse(page, dossier)) for page in MATRICE}

    ouvertes = {
        page: reponse.status_code
        for page, reponse in reponses.items()
        if reponse.status_code != 302 or not reponse.url.startswith("/compte/")
    }
    assert ouvertes == {}


@pytest.mark.parametrize(
    "page", ["etablissement", "demande", "retirer_demande", "justificatif", "releve", "releve_pdf"]
)
def test_ce_qui_est_a_un_autre_n_existe_pas_pour_l_intrus(client, intrus, dossier, page):
    client.force_login(intrus)

    assert client.get(_adresse(page, dossier)).status_code == 404


@pytest.mark.parametrize("acte", ["accepter_demande", "refuser_demande", "voir_iban"])
def test_les_actes_d_un_agent_sont_fermes_aux_autres(client, intrus, comptable, acte):
    demande = DemandeEtablissementFactory()
    adresse = reverse(f"fournisseurs:{acte}", args=[demande.pk])

    client.force_login(intrus)
    assert client.post(adresse, {"motif": "Non."}).status_code == 403
    client.force_login(comptable)
    assert client.post(adresse, {"motif": "Non."}).status_code == 403
    demande.refresh_from_db()
    assert demande.etat == "deposee"


@pytest.mark.parametrize("modele", [Etablissement, Fournisseur, DemandeEtablissement, Justificatif])
def test_les_requetes_ne_montrent_rien_a_l_intrus(dossier, fournisseur, intrus, agent, modele):
    assert modele.objects.visibles_par(fournisseur).exists()
    assert modele.objects.visibles_par(agent).exists()
    assert not modele.objects.visibles_par(intrus).exists()
