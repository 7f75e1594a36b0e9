"""Files of the finance software: checked, completed, signed, sent and followed, never posted."""

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.archivage import achever_archive, demander_archive
from exports_tps.attendus import attendus_de
from exports_tps.circuits import Etape, ouvrir_circuit
from exports_tps.constitution import achever, ecarter_flux
from exports_tps.depots import (
    ajouter_document,
    completer_depot,
    deposer_pes,
    joindre_document,
    signer_depot,
)
from exports_tps.models import (
    DepotExterne,
    DocumentExterne,
    EtatFlux,
    Flux,
    PieceExterne,
    Reserve,
    SignatureBordereau,
)
from exports_tps.parapheur import (
    depots_attendus,
    marquer_lu,
    presenter,
    renvoyer,
    viser,
)
from exports_tps.pes.apposition import apposer
from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.lecture import lire_aller
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from exports_tps.pouvoirs import deleguer
from exports_tps.preuves import verifier_flux
from exports_tps.retours import lire_retours
from exports_tps.signature_deposee import enregistrer_certificat
from exports_tps.signatures import signer_lus
from exports_tps.transmission import transmettre
from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Ecriture, Parametre
from tests.exports_tps.factories import flux_transmis, pieces_du, tresorerie
from tests.exports_tps.pes import exemples
from tests.suivi.factories import acteur

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
ENTETE = replace(
    exemples.ENTETE,
    code_collectivite="988",
    identifiant_collectivite="00012345600012",
)
PDF = b"%PDF-1.4\n% facture du logiciel financier\n"


def mandats(nombre, depuis):
    reference = replace(exemples.REFERENCE, type="003")
    return [
        replace(
            exemples.MANDAT,
            numero=depuis + rang,
            code_service="DEFE",
            references_pj=(replace(reference, identifiant_unique=f"EXT{depuis + rang}"),),
        )
        for rang in range(nombre)
    ]


def pes_externe(nombre=2, *, nom="FINANCES_2026_1", depuis=9001, bordereaux=1, pieces=(), **tete):
    """Return a PES_Aller as another program writes it: unsigned, no Id, CRLF, empty tags."""
    fragments = []
    for rang in range(bordereaux):
        sortie = BytesIO()
        ecrire_bordereau(
            sortie=sortie,
            bordereau=exemples.bordereau_depense(nombre, numero=900 + rang),
            pieces=mandats(nombre, depuis + 100 * rang),
            signature=None,
        )
        fragments.append(partial(BytesIO, sortie.getvalue()))
    flux = BytesIO()
    ecrire_flux(
        sortie=flux,
        enveloppe=replace(exemples.ENVELOPPE, nom_fichier=nom),
        entete=replace(ENTETE, **tete),
        depense=Section(fragments=fragments, est_signee=False),
        pieces_jointes=pieces,
    )
    texte = re.sub(rb' Id="[^"]*"', b"", flux.getvalue())
    texte = re.sub(rb"<(\w+)( V=\"[^\"]*\")></\1>", rb"<\1\2 />", texte)
    return re.sub(rb'<InfoDematerialisee V="0" />', b"", texte).replace(b"\n", b"\r\n")


def deposer(agent, octets=None, **champs):
    return deposer_pes(BytesIO(octets or pes_externe(**champs)), nom="export.xml", par=agent)


def tout_joindre(flux, agent):
    for document in flux.documents_externes.filter(est_inclus=False):
        joindre_document(document, BytesIO(PDF), nom="facture.pdf", par=agent)


def certifier(personne, monkeypatch, *, enregistrer=True):
    """Give `personne` a certificate of an authority trusted here, registered or not."""
    depuis = timezone.now() - timedelta(days=90)
    autorite = creer_autorite(nom="Nôtre", organisation="Essai", valable_du=depuis)
    identite = delivrer_certificat(autorite, nom="Odile", organisation="Essai", valable_du=depuis)
    for module in ("preuves", "signature_deposee"):
        monkeypatch.setattr(f"exports_tps.{module}.autorites", lambda: [autorite.certificat])
    if enregistrer:
        pem = identite.certificat.public_bytes(Encoding.PEM)
        enregistrer_certificat(BytesIO(pem), par=personne)
    return identite


def signe_ailleurs(identite, octets):
    """Sign a file with one's own tool."""
    signe = BytesIO()
    signataire = SignataireLogiciel(identite.certificat, identite.cle)
    signature = Signature(signataire=signataire, signee_le=timezone.now())
    apposer(BytesIO(octets), signe, signature=signature)
    return signe.getvalue()


def pret(agent, ordonnateur, **champs):
    """Take a file to the moment when it may leave."""
    flux = deposer(agent, **champs)
    signer_depot(flux, par=ordonnateur)
    tout_joindre(flux, agent)
    return completer_depot(flux, par=agent)


def test_un_fichier_externe_va_jusqu_au_paiement_sans_ecriture(agent, ordonnateur, settings):
    flux = transmettre(pret(agent, ordonnateur), par=agent)
    tresorerie("--jusqu-au-bout")

    bilan = lire_retours()

    flux.refresh_from_db()
    assert verifier_flux(flux).anomalies == ()
    assert (bilan.a_examiner, flux.etat) == ([], EtatFlux.ACQUITTE)
    assert [p.dernier_verdict.decision for p in flux.pieces_externes.all()] == ["paye", "paye"]
    assert not Reserve.objects.exists()
    assert not Ecriture.objects.exists()


def test_ce_qu_un_autre_a_ecrit_reste_tel_quel(agent, ordonnateur, settings):
    octets = pes_externe()
    flux = pret(agent, ordonnateur)

    envoye = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE).read_bytes()

    sans_ajout = re.sub(rb"<ds:Signature.*?</ds:Signature>|<PES_PJ>.*</PES_PJ>\n", b"", envoye)
    sans_ajout = re.sub(rb' Id="[^"]*"|<InfoDematerialisee V="1"/>', b"", sans_ajout)
    assert re.sub(rb"(?s)<PES_PJ>.*</PES_PJ>\s*", b"", sans_ajout) == octets
    _, elements = lire_aller(BytesIO(envoye))
    fiches = {e.identifiant_unique: e for e in elements if isinstance(e, FichePJ)}
    assert set(fiches) == {"EXT9001", "EXT9002"}
    assert fiches["EXT9001"].references_comptables[0].identifiant == "9001"


def test_un_bordereau_refuse_d_un_fichier_externe_laisse_passer_l_autre(agent, ordonnateur):
    flux = transmettre(pret(agent, ordonnateur, bordereaux=2, nombre=1), par=agent)
    plan = '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 900\nsens = "depense"\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    flux.refresh_from_db()
    suivis = [p.dernier_verdict.decision for p in flux.pieces_externes.order_by("numero")]
    assert (flux.etat, suivis) == (EtatFlux.ACQUITTE_EN_PARTIE, ["refuse", "paye"])


def test_la_page_d_un_fichier_refuse_dit_quoi_faire(agent, ordonnateur, client):
    flux = transmettre(pret(agent, ordonnateur, nombre=1), par=agent)
    plan = '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 900\nsens = "depense"\n'
    tresorerie("--jusqu-au-bout", plan=plan)
    lire_retours()
    client.force_login(agent)

    page = client.get(flux.get_absolute_url()).content.decode()

    assert "La Trésorerie refuse ce fichier" in page
    assert "Fichier signé" in page


def test_un_fichier_signe_puis_modifie_se_refuse(agent, ordonnateur, settings):
    signe = deposer(agent)
    signer_depot(signe, par=ordonnateur)
    chemin = fichiers.chemin(signe.depot_externe.empreinte, settings.DOCUMENTS_RACINE)
    octets = chemin.read_bytes().replace(b"FINANCES_2026_1", b"FINANCES_2026_2")

    with pytest.raises(ValidationError) as refus:
        deposer(agent, octets.replace(b'IdPce V="900', b'IdPce V="800'))

    assert "modifié après la signature" in " ".join(refus.value.messages)


def test_un_fichier_depose_signe_se_complete_sans_rompre_ses_signatures(
    agent, ordonnateur, monkeypatch
):
    identite = certifier(ordonnateur, monkeypatch)

    flux = deposer(agent, signe_ailleurs(identite, pes_externe()))
    tout_joindre(flux, agent)
    completer_depot(flux, par=agent)

    assert flux.depot_externe.est_signe
    assert verifier_flux(flux).anomalies == ()
    signature = flux.depot_externe.signature
    assert (signature.par, signature.mode, signature.delegation) == (ordonnateur, "deposee", None)
    with pytest.raises(ValidationError, match="déjà signé"):
        signer_depot(flux, par=ordonnateur)


@pytest.mark.parametrize(
    ("avant", "apres", "message"),
    [
        (b'CodCol V="988"', b'CodCol V="999"', "n’est pas gérée ici"),
        (b'NomFic V="FIN', b'NomFic V="../FIN', "ne peut pas nommer un fichier"),
        (b'IdPost V="988001"', b'IdPost V="1"', "serait rejeté"),
        (b"</Piece>", b"", "XML mal formé"),
    ],
)
def test_un_fichier_etranger_se_refuse_avec_un_mot(agent, avant, apres, message):
    octets = pes_externe()
    assert avant in octets

    with pytest.raises(ValidationError) as refus:
        deposer(agent, octets.replace(avant, apres))

    assert message in " ".join(refus.value.messages)
    assert not Flux.objects.exists()


def test_nomfic_numeros_et_documents_ne_servent_qu_une_fois(agent, ordonnateur):
    octets = pes_externe()
    premier, encore = deposer(agent, octets), deposer(agent, octets)
    notre = flux_transmis(agent, ordonnateur)
    numero = pieces_du(notre).get().numero

    refus = []
    for champs in ({"depuis": 9101}, {"nom": "AUTRE"}, {"nom": "AUTRE", "depuis": numero}):
        with pytest.raises(ValidationError) as levee:
            deposer(agent, **champs)
        refus.append(levee.value.messages[0])

    assert premier == encore
    assert "a déjà servi" in refus[0]
    assert "9001, 9002" in refus[1]
    assert f"2026 : {numero}. La Trésorerie" in refus[2].replace("\u202f", " ")


def test_un_fichier_ne_part_ni_sans_signature_ni_sans_ses_documents(agent, ordonnateur):
    flux = deposer(agent)
    with pytest.raises(ValidationError, match="pas encore signé"):
        completer_depot(flux, par=agent)
    signer_depot(flux, par=ordonnateur)
    with pytest.raises(ValidationError, match="Documents à joindre d’abord"):
        completer_depot(flux, par=agent)
    with pytest.raises(ValidationError, match="un autre logiciel"):
        achever(flux, par=agent)
    tout_joindre(flux, agent)
    libre = ajouter_document(
        flux.pieces_externes.first(), BytesIO(PDF + b"annexe"), nom="annexe.pdf", par=agent
    )

    completer_depot(flux, par=agent)

    assert flux.etat == EtatFlux.CONSTITUE
    with pytest.raises(ValidationError, match="ne change plus"):
        joindre_document(libre, BytesIO(PDF), nom="autre.pdf", par=agent)


@pytest.mark.parametrize(
    ("acte", "est_repris"), [("rejeter_piece", True), ("annuler_prise_en_charge", False)]
)
def test_un_numero_rejete_au_visa_resert_mais_pas_apres_sa_prise_en_charge(
    agent, ordonnateur, acte, est_repris
):
    flux = transmettre(pret(agent, ordonnateur, nombre=1), par=agent)
    plan = f'[[defaut]]\nacte = "{acte}"\npiece = 9001\nmotifs = ["23"]\n'
    tresorerie("--jusqu-au-bout", plan=plan)
    lire_retours()
    assert flux.pieces_externes.get().dernier_verdict.decision == "rejete"

    try:
        corrige = deposer(agent, nombre=1, nom="CORRIGE")
    except ValidationError as refus:
        corrige, raison = None, refus.messages[0]

    assert (corrige is not None) == est_repris
    assert corrige or "Numéros déjà employés" in raison


def test_un_fichier_signe_par_une_autre_autorite_se_refuse(agent):
    depuis = timezone.now() - timedelta(days=90)
    autorite = creer_autorite(nom="Autre", organisation="Essai", valable_du=depuis)
    identite = delivrer_certificat(autorite, nom="Autre", organisation="Essai", valable_du=depuis)
    signe = BytesIO()
    signataire = SignataireLogiciel(identite.certificat, identite.cle)
    apposer(
        BytesIO(pes_externe(nombre=1)),
        signe,
        signature=Signature(signataire=signataire, signee_le=timezone.now()),
    )

    with pytest.raises(ValidationError) as refus:
        deposer(agent, signe.getvalue())

    assert "autorité inconnue" in " ".join(refus.value.messages)


def partir(personne):
    Utilisateur.objects.filter(pk=personne.pk).update(is_active=False)


def perdre_son_role(personne):
    personne.attributions.all().delete()


def n_avoir_que_cent_francs(personne):
    deleguer(
        delegataire=personne,
        acte="Arrêté 1",
        debut=timezone.localdate(),
        fin=timezone.localdate(),
        plafond=100,
        par=acteur(Role.ORDONNATEUR),
    )


@pytest.mark.parametrize(
    ("arrive", "raison"),
    [
        (partir, "qui n’est plus ordonnateur ici"),
        (perdre_son_role, "qui n’est plus ordonnateur ici"),
        (n_avoir_que_cent_francs, "aucun pouvoir ne permettait de signer"),
        (None, "n’est pas celui du signataire attendu"),
    ],
)
def test_un_fichier_signe_l_est_par_qui_le_peut(agent, ordonnateur, monkeypatch, arrive, raison):
    identite = certifier(ordonnateur, monkeypatch, enregistrer=arrive is not None)
    if arrive:
        arrive(ordonnateur)

    with pytest.raises(ValidationError) as refus:
        deposer(agent, signe_ailleurs(identite, pes_externe(nombre=1)))

    dit = " ".join(refus.value.messages)
    assert raison in dit
    assert (str(ordonnateur) in dit) == (arrive is not None)
    assert not Flux.objects.exists()


def test_une_signature_du_serveur_ne_dit_pas_qui_a_signe(agent, ordonnateur, settings):
    autre = deposer(agent)
    signer_depot(autre, par=ordonnateur)
    chemin = fichiers.chemin(autre.depot_externe.empreinte, settings.DOCUMENTS_RACINE)
    ecarter_flux(autre, motif="Refait.", par=agent)
    octets = chemin.read_bytes().replace(b"FINANCES_2026_1", b"FINANCES_2026_2")

    with pytest.raises(ValidationError, match="rien ne dit qui a signé"):
        deposer(agent, octets)


def test_un_fichier_depose_ne_part_pas_sans_signataire(agent):
    flux = deposer(agent)

    with pytest.raises(IntegrityError, match="trace de qui"), transaction.atomic():
        Flux.objects.filter(pk=flux.pk).update(etat="constitue", sha256="a" * 64, taille=1)


def test_un_fichier_trop_grand_une_fois_complete_le_dit(agent, ordonnateur):
    flux = deposer(agent, nombre=1)
    signer_depot(flux, par=ordonnateur)
    tout_joindre(flux, agent)
    Parametre.objects.filter(cle="flux_taille_maximale_mo").update(valeur="0")

    with pytest.raises(ValidationError, match="ne peut pas partir"):
        completer_depot(flux, par=agent)

    flux.refresh_from_db()
    assert flux.etat == EtatFlux.EN_CONSTITUTION


def test_ce_qui_est_depose_ne_se_modifie_pas(agent):
    flux = deposer(agent)

    for modifier in (
        lambda: PieceExterne.objects.update(montant_ttc=1),
        lambda: flux.documents_externes.update(identifiant="AUTRE"),
        lambda: type(flux.depot_externe).objects.update(nom="autre"),
        lambda: DocumentExterne.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            modifier()


def test_la_page_depose_joint_signe_et_complete(agent, ordonnateur, client, tmp_path, capsys):
    client.force_login(agent)
    fichier = SimpleUploadedFile("export.xml", pes_externe(nombre=1))
    mauvais = client.post("/gestion/flux/deposer/", {"fichier": SimpleUploadedFile("x.xml", b"x")})
    depose = client.post("/gestion/flux/deposer/", {"fichier": fichier})
    flux = Flux.objects.get()
    document, piece = flux.documents_externes.get(), flux.pieces_externes.get()
    for adresse in (document.get_absolute_url(), f"/gestion/flux/pieces/{piece.pk}/joindre/"):
        client.get(adresse)
        client.post(adresse, {"fichier": SimpleUploadedFile("facture.pdf", PDF)})
    client.force_login(ordonnateur)
    a_signer = client.get(depose.url).content.decode()
    client.post(f"/gestion/flux/externes/{flux.pk}/signer/")
    client.force_login(agent)
    client.post(f"/gestion/flux/externes/{flux.pk}/completer/")

    page = client.get(depose.url).content.decode()

    flux.refresh_from_db()
    assert mauvais.status_code == 422
    assert "Examiner et signer" in a_signer
    assert flux.etat == EtatFlux.CONSTITUE
    assert "logiciel financier de la province" in page
    assert flux.documents_externes.exclude(sha256="").count() == 2
    (tmp_path / "export.xml").write_bytes(pes_externe(nombre=1))
    call_command("deposer_pes", str(tmp_path / "export.xml"))
    assert f"export.xml : flux {flux.numero}" in capsys.readouterr().out


def test_l_archive_tient_aussi_les_fichiers_externes(agent, ordonnateur):
    transmettre(pret(agent, ordonnateur, nombre=1), par=agent)

    archive = achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))

    assert (archive.erreur, archive.nombre_flux) == ("", 1)


# --- In the parapheur -------------------------------------------------------------------------
@pytest.fixture
def responsable(personne):
    """Somebody of the direction whose service the files of these tests name."""
    solange = personne("Solange", Role.SERVICE)
    solange.service = ServiceGestionnaire.objects.get(code="DEFE")
    solange.save()
    return solange


@pytest.fixture
def en_circuit(agent, administrateur, responsable):
    """A file of two bordereaux (one pièce each), and the circuit of its direction."""
    for direction in ("", responsable.direction):
        ouvrir_circuit(
            libelle=direction or "Toutes",
            sens="depense",
            direction=direction,
            montant_minimum=0,
            signataire=None,
            etapes=[Etape("Direction", Role.SERVICE)] if direction else [],
            debut=date(2026, 1, 1),
            par=administrateur,
        )
    return deposer(agent, nombre=1, bordereaux=2).depot_externe


def test_un_fichier_suit_le_circuit_de_sa_direction(
    agent, ordonnateur, responsable, en_circuit, django_capture_on_commit_callbacks
):
    jour, depot = timezone.localdate(), en_circuit
    with pytest.raises(TransitionInterdite, match="Ce fichier se présente d’abord au parapheur"):
        signer_depot(depot.flux, par=ordonnateur)
    presentation = presenter(depot, par=agent)
    with pytest.raises(TransitionInterdite, match="manque le visa « Direction »"):
        signer_depot(depot.flux, par=ordonnateur)
    with pytest.raises(ValidationError, match="Au parapheur"):
        completer_depot(depot.flux, par=agent)
    with django_capture_on_commit_callbacks(execute=True):
        renvoyer(depot, commentaire="Mauvais exercice", par=responsable)

    assert presentation.circuit.direction == responsable.direction
    assert (mail.outbox[-1].to, depot.flux.etat) == ([agent.email], EtatFlux.EN_CONSTITUTION)
    assert f"Fichier {depot.reference} renvoyé" in mail.outbox[-1].subject
    presenter(depot, par=agent)
    assert [p.objet for p in attendus_de(responsable, jour)] == [depot]
    viser(depot, par=responsable)
    marquer_lu(depot, lire_a_signer(depot).empreinte, par=ordonnateur)
    signes, refus = signer_lus(depots_attendus(ordonnateur), par=ordonnateur)
    assert (signes, refus) == ([depot], [])
    depot.refresh_from_db()
    assert (depot.flux.etat, depot.signature.par) == (EtatFlux.EN_CONSTITUTION, ordonnateur)
    actes = ["deposer", "presenter", "renvoyer", "presenter", "viser", "signer_depot"]
    assert list(depot.flux.passages.values_list("acte", flat=True)) == actes


def test_le_plafond_se_lit_bordereau_par_bordereau(agent, ordonnateur, personne):
    titulaire = personne("Sonia", Role.ORDONNATEUR)
    flux = deposer(agent, nombre=1, bordereaux=2)
    montant = flux.pieces_externes.first().montant_ttc
    jour = timezone.localdate()

    def donner(plafond):
        return deleguer(
            delegataire=ordonnateur,
            acte="Arrêté 2026-12",
            debut=jour,
            fin=jour,
            plafond=plafond,
            par=titulaire,
        )

    donner(montant - 1)
    with pytest.raises(ActeInterdit, match="dépasse le plafond de votre délégation"):
        signer_depot(flux, par=ordonnateur)
    large = donner(montant)

    signer_depot(flux, par=ordonnateur)

    assert flux.depot_externe.signature.delegation == large


@pytest.mark.deux_moteurs
def test_la_base_tient_le_circuit_d_un_fichier(agent, ordonnateur, personne, en_circuit):
    jour, signatures = timezone.localdate(), SignatureBordereau.objects
    petit = deleguer(
        delegataire=ordonnateur,
        acte="Arrêté",
        debut=jour,
        fin=jour,
        plafond=1,
        par=personne("Sonia", Role.ORDONNATEUR),
    )
    depot = {"depot": en_circuit, "jour": jour}

    def refuse(phrase, ecrire):
        with pytest.raises(IntegrityError, match=phrase), transaction.atomic():
            ecrire()

    refuse(
        "dépasse le plafond",
        lambda: signatures.create(**depot, par=ordonnateur, delegation=petit),
    )
    refuse("trace de qui le signe", lambda: DepotExterne.objects.update(sha256_signe="a" * 64))
    refuse("signature_un_objet", lambda: signatures.create(par=agent, jour=jour))
    presenter(en_circuit, par=agent)
    refuse("un visa manque", lambda: signatures.create(**depot, par=agent))


def test_les_pages_visent_et_signent_un_fichier(
    client, agent, ordonnateur, responsable, en_circuit
):
    adresse = f"/gestion/flux/externes/{en_circuit.pk}/"

    def lire(qui, page, **donnees):
        client.force_login(qui)
        if donnees:
            return client.post(page, donnees, follow=True).content.decode()
        return client.get(page, follow=True).content.decode()

    assert "Présenter au parapheur" in lire(agent, en_circuit.get_absolute_url())
    assert "est au parapheur" in lire(agent, f"{adresse}presenter/", oui="1")
    a_viser = lire(responsable, "/gestion/parapheur/")
    assert f"Fichier {en_circuit.reference}" in a_viser
    assert "Donner mon visa" in lire(responsable, f"{adresse}viser/")
    assert client.get(f"{adresse}fichier/").status_code == 404
    assert "votre visa est donné" in lire(responsable, f"{adresse}viser/", commentaire="Vu")
    assert "Bordereau 2026-D-901" in lire(ordonnateur, f"{adresse}signer/")
    empreinte = en_circuit.sha256
    assert "est lu" in lire(ordonnateur, f"{adresse}lu/", empreinte=empreinte)
    assert "Signer ce qui est coché" in lire(ordonnateur, "/gestion/parapheur/")
    signe = lire(ordonnateur, "/gestion/parapheur/signer/", fichier=str(en_circuit.pk))
    assert "Leurs pièces sont exécutoires" in signe
    en_circuit.refresh_from_db()
    assert (en_circuit.signature.par, bool(en_circuit.sha256_signe)) == (ordonnateur, True)
