"""PES_ACQUIT: each element speaks for itself, in whatever order and domains they come."""

import pytest
from django.urls import reverse

from exports_tps.models import EtatMessage, LigneFlux, MessageTPS, Verdict
from exports_tps.repartition import documents_a_envoyer
from exports_tps.retours import lire_retours
from facturier.grand_livre.models import Bordereau, Budget, Piece, PieceJustificative
from tests.exports_tps.factories import flux_transmis
from tests.exports_tps.reponses import acquitter, dites, element, repeter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def flux(agent, ordonnateur):
    """A flux of one mandat, sent."""
    return flux_transmis(agent, ordonnateur)


@pytest.fixture
def lire(settings, flux):
    """Drop an acknowledgement and read it; return states of flux and bordereau, and reserves."""

    def lire(*elements, bloc=None):
        acquitter(settings, flux, f"{MessageTPS.objects.count()}.xml", *elements, bloc=bloc)
        lire_retours()
        flux.refresh_from_db()
        message = MessageTPS.objects.latest("pk")
        return flux.etat, Bordereau.objects.get().etat, dites(message)

    return lire


@pytest.mark.parametrize("domaine", ["1", "2", "3", "99"])
def test_une_bonne_signature_n_accepte_pas_encore(lire, domaine):
    bordereau = Bordereau.objects.get()
    designe = {"bordereau": bordereau} if domaine == "3" else {}

    apres_signature = lire(element(domaine, 1, **designe))
    apres_refus = lire(element("5", 0, bordereau=bordereau, code="ERREUR_CODIFICATION"))

    assert apres_signature == ("transmis", "transmis", "")
    assert apres_refus == ("refuse", "refuse", "")
    assert Piece.objects.get().etat == "rejetee"


def test_un_verdict_sans_numero_de_bordereau_n_est_pas_devine(lire):
    flux, etat, reserves = lire(element("5", 0, code="ERREUR_CODIFICATION", libelle="Nature"))

    assert (flux, etat) == ("transmis", "transmis")
    assert "la Trésorerie refuse sans dire quel bordereau (Nature)" in reserves


def test_un_bordereau_accepte_apres_son_refus_est_une_reserve(lire):
    bordereau = Bordereau.objects.get()
    lire(element("5", 0, bordereau=bordereau, code="ERREUR_CODIFICATION"))

    flux, etat, reserves = lire(element("5", 1, bordereau=bordereau))

    assert (flux, etat) == ("refuse", "refuse")
    assert reserves.startswith(f"{bordereau} : accepté après avoir été refusé")


def test_un_bordereau_refuse_apres_son_acceptation_est_une_reserve(lire):
    bordereau = Bordereau.objects.get()
    lire(element("5", 1, bordereau=bordereau))

    flux, etat, reserves = lire(element("5", 0, bordereau=bordereau, code="ERREUR_AUTRE"))

    assert (flux, etat) == ("acquitte", "accepte")
    assert reserves.startswith(f"{bordereau} : refusé après avoir été accepté")


def test_un_doublon_de_bordereau_est_laisse_a_une_personne(lire):
    bordereau = Bordereau.objects.get()

    flux, etat, reserves = lire(
        element("5", 0, bordereau=bordereau, code="ERREUR_DOUBLON_BORDEREAU")
    )

    assert (flux, etat, Piece.objects.get().etat) == ("transmis", "transmis", "transmise")
    assert "la Trésorerie dit l’avoir déjà" in reserves


def test_un_document_deja_recu_n_est_pas_renvoye(lire):
    document = PieceJustificative.objects.get()

    flux, _, reserves = lire(
        element("5", 1, bordereau=Bordereau.objects.get()),
        element("4", 0, pj=document.identifiant, code="ERREUR_DOUBLON_PJ"),
    )

    assert (flux, documents_a_envoyer().count()) == ("acquitte", 0)
    assert reserves.startswith(f"Document {document.identifiant} : la Trésorerie l’a déjà reçu")


def test_un_document_inconnu_refuse_est_une_reserve(lire):
    flux, _, reserves = lire(
        element("5", 1, bordereau=Bordereau.objects.get()),
        element("4", 0, pj="inconnu123", code="ERREUR_PJ", libelle="Extension"),
    )

    assert flux == "acquitte"
    assert reserves.startswith("Document inconnu123 : refusé par la Trésorerie (Extension)")


def test_un_document_refuse_apres_l_acquittement_se_dit_et_se_renvoie(lire):
    piece, document = Piece.objects.get(), PieceJustificative.objects.get()
    lire(element("5", 1, bordereau=piece.bordereau))

    flux, etat, reserves = lire(element("4", 0, pj=document.identifiant, code="ERREUR_PJ"))

    assert (flux, etat) == ("acquitte_en_partie", "accepte")
    assert reserves.startswith(f"{document}, joint à {piece} : refusé après l’acquittement")
    Piece.objects.update(etat="payee")
    assert documents_a_envoyer().count() == 1


def test_un_flux_refuse_ne_libere_pas_un_document_que_la_tresorerie_tient(lire):
    document = PieceJustificative.objects.get()

    flux, *_ = lire(
        element("0", 0, code="ERREUR_CODIQUE"),
        element("4", 0, pj=document.identifiant, code="ERREUR_DOUBLON_PJ"),
    )

    assert flux == "refuse"
    assert LigneFlux.objects.get(justificatif=document).liberee_le is None


def test_un_bloc_acquit_sans_verdict_n_accepte_rien(lire):
    flux, etat, reserves = lire()

    assert (flux, etat) == ("transmis", "transmis")
    assert reserves.startswith("L’acquittement ne porte aucun verdict lisible")


@pytest.mark.parametrize(
    ("bloc", "attendu"), [("", "acquitte"), ("<ACQUITTEMENT></ACQUITTEMENT>", "transmis")]
)
def test_seul_un_acquittement_sans_bloc_accepte_le_fichier(lire, bloc, attendu):
    flux, *_ = lire(bloc=bloc)

    assert flux == attendu


def test_un_acquittement_repete_a_un_octet_pres_ne_dit_rien_de_nouveau(lire, settings):
    bordereau, document = Bordereau.objects.get(), PieceJustificative.objects.get()
    accepte = element("5", 1, bordereau=bordereau)
    lire(
        accepte,
        element("4", 0, pj=document.identifiant, code="ERREUR_PJ", libelle="Extension"),
        element("4", 0, pj=document.identifiant, code="ERREUR_PJ", libelle="Taille"),
    )
    premiers = list(Verdict.objects.values_list("pk", "libelle"))

    repeter(settings, "0.xml", "1.xml", b"</n:PES_ACQUIT>", b"</n:PES_ACQUIT> ")
    repeter(settings, "0.xml", "2.xml", b"2026-11-23", b"2026-11-24")
    lire_retours()

    assert [libelle for _, libelle in premiers] == ["", "Extension", "Taille"]
    assert MessageTPS.objects.filter(etat=EtatMessage.APPLIQUE).count() == 3
    assert list(Verdict.objects.values_list("pk", "libelle")) == premiers
    # What is said otherwise is kept, and so is what comes back to it.
    lire(element("5", 0, bordereau=bordereau, code="ERREUR_AUTRE"))
    repeter(settings, "0.xml", "4.xml", b"2026-11-23", b"2026-11-26")
    lire_retours()
    decisions = Verdict.objects.filter(bordereau=bordereau).values_list("decision", flat=True)
    assert list(decisions) == ["accepte", "refuse", "accepte"]
    assert Verdict.objects.count() == 5


# --- Without the code of the collectivité -----------------------------------------------------
CODE, SIRET = b'<CodCol V="988"/>', b'<IdColl V="00012345600012"/>'


@pytest.fixture
def sans_code(settings, flux):
    """Drop the acceptance of the flux, its head changed; return its state and the message."""

    def lire(**changes):
        bordereau = Bordereau.objects.get()
        acquitter(settings, flux, "0.xml", element("5", 1, bordereau=bordereau))
        fichier = settings.TPS_RETOURS / "0.xml"
        octets = fichier.read_bytes()
        for avant, apres in {CODE: b'<CodCol V="000"/>', **changes.get("tete", {})}.items():
            assert avant in octets
            octets = octets.replace(avant, apres)
        fichier.write_bytes(octets)
        lire_retours()
        flux.refresh_from_db()
        return flux.etat, MessageTPS.objects.get()

    return lire


@pytest.mark.parametrize("code", [b'<CodCol V="000"/>', b'<CodCol V="98"/>', b""])
def test_sans_code_le_nom_et_le_siret_suffisent_et_cela_se_dit(sans_code, code):
    etat, message = sans_code(tete={CODE: code})

    assert (etat, message.etat) == ("acquitte", EtatMessage.APPLIQUE)
    assert "reconnue au nom du fichier et au SIRET" in dites(message)


@pytest.mark.parametrize("siret", [b'<IdColl V="99912345600019"/>'])
def test_sans_code_un_autre_siret_n_applique_rien(sans_code, siret):
    etat, message = sans_code(tete={SIRET: siret})

    assert (etat, message.etat) == ("transmis", EtatMessage.MIS_DE_COTE)
    assert message.get_genre_display() == "Acquittement"
    assert "SIRET 99912345600019 au lieu de 00012345600012" in message.erreur
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("siret", [b"", b'<IdColl V="?"/>'])
def test_le_nom_seul_dit_ce_qu_il_faut_comparer(sans_code, flux, client, agent, siret):
    etat, message = sans_code(tete={SIRET: siret})
    client.force_login(agent)
    page = client.get(reverse("exports_tps:message", args=[message.pk])).content.decode()

    assert etat == "acquitte"
    assert (
        f"Elle est appliquée parce que le nom de fichier qu’elle cite, {flux.nom_fichier}" in page
    )
    assert "comparez avec ce flux les numéros de bordereau" in page


def test_un_nom_qui_ne_dit_pas_la_collectivite_ne_suffit_pas(sans_code):
    Budget.objects.update(identifiant_collectivite="00099912300016")
    etat, message = sans_code(tete={b'<IdColl V="00099912300016"/>': b""})

    assert (etat, message.etat) == ("transmis", EtatMessage.MIS_DE_COTE)
    assert "rien ne prouve qu’il réponde à la nôtre" in message.erreur
