"""What is refused is answered, and the journal of bank data tells it."""

from io import BytesIO

import pytest
from django.urls import reverse

from facturier.commun.etats import ActeInterdit, TransitionInterdite
from fournisseurs.demandes import DemandeRefusee, accepter, deposer_demande
from fournisseurs.depots import Preuve
from fournisseurs.journal import verifier_journal
from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    EntreeJournal,
    Fournisseur,
    Justificatif,
)
from fournisseurs.modifications.instruction import approuver
from fournisseurs.modifications.saisie import ModificationRefusee
from tests.fournisseurs.factories import (
    DemandeEtablissementFactory,
    FournisseurFactory,
    ModificationFactory,
    creer_agent,
    declaration,
    preuve,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("reference"),
]
RIDET = "9000027001"
PAGE_WEB = b"<html><body>Bonjour</body></html>"
PDF_A_FICHIER_JOINT = b"%PDF-1.7\n1 0 obj << /Type /EmbeddedFile >> endobj\n%%EOF\n"


def refus(acte):
    """Return the entries of the journal about what was refused, once its chain is checked."""
    assert list(verifier_journal()) == []
    return list(EntreeJournal.objects.filter(acte=acte))


def faux(genre, contenu=PAGE_WEB):
    """Return something else named .pdf, a web page by default."""
    return Preuve(Justificatif.Genre(genre), "C:\\scan\\releve.pdf", BytesIO(contenu))


@pytest.mark.parametrize(
    ("contenu", "raison"),
    [(PAGE_WEB, "page web"), (PDF_A_FICHIER_JOINT, "contient d’autres fichiers")],
)
def test_un_faux_pdf_est_refuse_et_journalise(fournisseur, contenu, raison):
    with pytest.raises(DemandeRefusee, match=raison):
        deposer_demande(
            demandeur=fournisseur,
            declaration=declaration(),
            preuves=[preuve("avis_ridet"), faux("rib", contenu)],
        )

    [entree] = refus("justificatif_refuse")
    assert entree.par == fournisseur
    assert "« releve.pdf »" in entree.motif
    assert not DemandeEtablissement.objects.exists()


def test_un_faux_justificatif_d_un_compte_est_journalise_sur_sa_fiche():
    with pytest.raises(ModificationRefusee, match="PDF"):
        ModificationFactory(preuves=[faux("rib")])

    [entree] = refus("justificatif_refuse")
    assert entree.fournisseur == Fournisseur.objects.get()
    assert not DemandeModification.objects.exists()


def test_une_decision_qui_arrive_trop_tard_est_journalisee():
    demande = ModificationFactory(controlee=True)
    vue = DemandeModification.objects.get(pk=demande.pk)
    approuver(demande, par=creer_agent())
    seconde = creer_agent()

    with pytest.raises(TransitionInterdite):
        approuver(vue, par=seconde)

    [entree] = refus("decision_refusee")
    assert (entree.par, entree.objet_id) == (seconde, demande.pk)
    assert entree.motif.startswith("approuver : ")


def test_une_decision_sans_droit_est_journalisee(intrus):
    demande = DemandeEtablissementFactory()

    with pytest.raises(ActeInterdit):
        accepter(demande, par=intrus)

    assert [entree.par for entree in refus("decision_refusee")] == [intrus]


def test_une_demande_d_adresse_ne_charge_pas_le_journal_bancaire():
    demande = ModificationFactory(
        genre="adresse",
        saisies={"adresse_voie": "3 route du Sud", "code_postal": "98809", "ville": "Mont-Dore"},
        preuves=[],
    )

    with pytest.raises(TransitionInterdite):
        approuver(demande, par=demande.demandeur)

    assert refus("decision_refusee") == []


def test_l_adresse_devinee_d_un_autre_ne_montre_rien_et_se_sait(client, intrus, fournisseur):
    fiche = FournisseurFactory(representant=fournisseur, ridet=RIDET)
    demande = DemandeEtablissement.objects.get()
    modification = ModificationFactory(representant=fournisseur, fournisseur=fiche)
    document = modification.justificatifs.get()
    pages = {
        "etablissement": [RIDET],
        "documents": [RIDET],
        "habilitations": [RIDET],
        "modifier": [RIDET, "compte_principal"],
        "modification": [modification.pk],
        "verifier_modification": [modification.pk],
        "demande": [demande.pk],
        "justificatif": [document.pk],
        "apercu": [document.pk],
        "releve": [fiche.tiers.code],
    }
    client.force_login(intrus)

    for page, arguments in pages.items():
        reponse = client.get(reverse(f"fournisseurs:{page}", args=arguments))
        assert reponse.status_code == 404, page

    entrees = refus("acces_refuse")
    assert len(entrees) == len(pages)
    assert {(e.par, e.fournisseur, e.adresse_ip) for e in entrees} == {(intrus, fiche, "127.0.0.1")}


def test_ce_qui_n_existe_pas_ou_est_a_soi_n_est_pas_une_intrusion(client, fournisseur):
    FournisseurFactory(representant=fournisseur, ridet=RIDET)
    envoyee = ModificationFactory(
        representant=fournisseur, fournisseur=Fournisseur.objects.get(rid=RIDET[:7])
    )
    client.force_login(fournisseur)

    for page, cle in (("etablissement", "9999999001"), ("verifier_modification", envoyee.pk)):
        assert client.get(reverse(f"fournisseurs:{page}", args=[cle])).status_code == 404

    assert refus("acces_refuse") == []
