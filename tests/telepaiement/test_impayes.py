"""What the bank takes back from the account: unpaid cheques and cards, and who is told."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import caisse, depots, impayes, lettres, navigation, rapprochement, ventes
from telepaiement.cloture import Pointage, cloturer_caisse
from telepaiement.encaissement import enregistrer
from telepaiement.models import (
    Encaissement,
    EtatLitige,
    LettreImprimee,
    LigneBancaire,
    Litige,
    Mode,
    NatureRapprochement,
    Produit,
)
from telepaiement.propositions import proposer
from tests.fournisseurs.factories import FournisseurFactory
from tests.telepaiement.factories import decompte, refuser_et_rendre, verser
from tests.telepaiement.test_banque import anomalies, camt, confirmer
from tests.telepaiement.test_banque import encaisser_au_guichet as encaisser_au_guichet  # noqa: PLC0414
from tests.telepaiement.test_banque import importer as importer  # noqa: PLC0414
from tests.telepaiement.test_banque import session as session  # noqa: PLC0414

pytestmark = pytest.mark.django_db
IMPAYES = [
    (
        Mode.CHEQUE,
        {"banque": "Banque fictive", "numero_cheque": "0001234", "tireur": "M. Fictif"},
        "CHQ IMPAYE 0001234",
        "51172",
    ),
    (
        Mode.TPE,
        {"numero_ticket": "000123", "numero_autorisation": "A1B2C3"},
        "RETRO IMPAYE CB TPE",
        "51175",
    ),
]


@pytest.fixture
def remettre(importer, agent):
    """Have the bank credit the cheques received: `montant` francs in all."""

    def faire(montant):
        importer(camt({"montant": montant, "libelle": "REMISE CHEQUES"}))
        return confirmer(agent, NatureRapprochement.REMISE_CHEQUES)

    return faire


@pytest.mark.parametrize("cas", IMPAYES)
def test_un_impaye_fait_renaitre_la_dette_puis_s_annule(
    importer,
    agent,
    client,
    encaisser_au_guichet,
    remettre,
    mailoutbox,
    django_capture_on_commit_callbacks,
    cas,
):
    mode, details, libelle, compte = cas
    debiteur = FournisseurFactory(champs={"courriel": "lou@mail.example"})
    encaissement = encaisser_au_guichet(mode, 12_500, debiteur.tiers, **details)
    if mode == Mode.CHEQUE:
        remettre(12_500)
    adresse = reverse("telepaiement:verification", args=[encaissement.quittance.code])
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": libelle}))
    ligne = LigneBancaire.objects.get(montant__lt=0)
    natures = [une.nature for une in proposer(ligne)]

    with django_capture_on_commit_callbacks(execute=True):
        fait = confirmer(agent, NatureRapprochement.IMPAYE)
    page = client.get(adresse).content.decode()
    impaye = (reste_du(encaissement.titre), anomalies())
    ecrits = [solde(un, exercice=2026).solde for un in ("515", compte)]
    lignes = {un.compte.numero: un.montant for un in fait.ecriture.lignes.all()}
    with django_capture_on_commit_callbacks(execute=True):
        rapprochement.annuler(ligne_id=ligne.pk, motif="Ce n’est pas ce paiement", par=agent)

    perdu, revenu = mailoutbox
    assert perdu.to == revenu.to == ["lou@mail.example"]
    for mot in (libelle, encaissement.quittance.reference, "12\xa0500", "/payer/", "ne vaut plus"):
        assert mot in perdu.body
    assert "vaut de nouveau" in revenu.body
    assert natures == [NatureRapprochement.IMPAYE]  # too much for a commission
    assert lignes == {compte: 12_500, "515": 12_500}
    remis = 12_500 if mode == Mode.CHEQUE else 0  # what the bank had credited before
    assert (impaye, ecrits) == ((12_500, []), [remis - 12_500, 0])
    assert "la banque a repris la somme reçue" in page
    assert (reste_du(encaissement.titre), solde("515", exercice=2026).solde) == (0, remis)
    assert "est authentique. Comparez" in client.get(adresse).content.decode()
    assert encaissement.litiges.get().etat == "annule"
    assert anomalies() == []
    confirmer(agent, NatureRapprochement.IMPAYE)
    assert (reste_du(encaissement.titre), anomalies()) == (12_500, [])


def test_sans_courriel_une_lettre_est_a_imprimer_et_a_poster(
    importer,
    agent,
    regisseur,
    client,
    encaisser_au_guichet,
    remettre,
    mailoutbox,
    django_capture_on_commit_callbacks,
):
    tiers = FournisseurFactory(champs={"courriel": ""}).tiers
    encaissement = encaisser_au_guichet(Mode.CHEQUE, 12_500, tiers, **IMPAYES[0][1])
    remettre(12_500)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHEQUE IMPAYE"}))
    client.force_login(agent)
    ligne = LigneBancaire.objects.get(montant__lt=0)
    adresse = reverse("telepaiement:banque_ligne", args=[ligne.pk])
    cle = proposer(ligne)[0].cle

    with django_capture_on_commit_callbacks(execute=True):
        acte = client.post(adresse, {"cle": cle}, follow=True)
    litige = encaissement.litiges.get()
    poster = reverse("telepaiement:litige_lettre_postee", args=[litige.pk])
    sans_imprimer = client.post(poster, follow=True).text
    lettre = client.post(reverse("telepaiement:litige_lettre", args=[litige.pk])).content
    texte = PdfReader(BytesIO(lettre)).pages[0].extract_text()
    accueil = {une.libelle: une.nombre for une in navigation.cartes(agent)}
    liste = client.get(reverse("telepaiement:litiges"), {"lettre": "a_poster"}).content.decode()
    client.post(poster)
    postee = lettres.a_poster().exists()
    fiche = client.get(reverse("telepaiement:titre", args=[encaissement.titre_id])).text
    copie = reverse(
        "telepaiement:lettre_copie", args=[lettres.postees(encaissement.titre).get().lettre_id]
    )
    defaire = reverse("telepaiement:banque_annuler", args=[ligne.pk])
    defait = client.post(defaire, {"motif": "Erreur"}, follow=True).content.decode()

    assert not mailoutbox
    assert acte.redirect_chain[-1][0].endswith(f"/encaissements/{encaissement.pk}/")
    assert "postez-la à" in acte.content.decode()
    assert accueil["Lettres à poster"] == 1
    assert encaissement.titre.reference in liste
    assert tiers.nom_complet in texte
    assert encaissement.quittance.reference in texte
    assert "n’a pas abouti" in texte
    assert not postee
    assert "son paiement est bien reçu" in defait
    assert lettres.a_poster().get() == litige
    assert copie in fiche
    assert copie in defait
    assert "la banque a repris son paiement" in fiche
    assert "Imprimez d’abord la lettre" in sans_imprimer
    assert client.get(copie).content == lettre  # what it said then, though it was undone since
    assert "Nouméa, le" in texte
    contact = texte[texte.index("Pour nous joindre") :].replace("\n", " ")
    assert encaissement.regie.libelle in contact
    client.force_login(regisseur)
    vue = client.get(reverse("telepaiement:titre", args=[encaissement.titre_id])).text
    assert "la banque a repris son paiement" in vue
    assert copie not in vue


def test_la_lettre_postee_se_relit_avec_le_reste_du_jour_ou_elle_fut_imprimee(
    importer, agent, comptable, client, encaisser_au_guichet, remettre
):
    tiers = FournisseurFactory(champs={"courriel": ""}).tiers
    encaissement = encaisser_au_guichet(Mode.CHEQUE, 12_500, tiers, **IMPAYES[0][1])
    remettre(12_500)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHEQUE IMPAYE"}))
    confirmer(agent, NatureRapprochement.IMPAYE)
    litige = encaissement.litiges.get()
    imprimees = [lettres.imprimer(litige.pk, par=un) for un in (agent, comptable)]
    lettres.poster(litige.pk, par=agent)
    enregistrer(
        titre=encaissement.titre,
        regie=encaissement.regie,
        mode=Mode.VIREMENT,
        montant=5_000,
        moment=timezone.now(),
        reference="essai-lettre",
        par=agent,
        reference_virement="VIR",
    )

    client.force_login(agent)
    (postee,) = lettres.postees(encaissement.titre)
    lieux = [
        reverse("telepaiement:lettre_copie", args=[une.pk]) for une in (postee.lettre, imprimees[0])
    ]
    relue = PdfReader(BytesIO(client.get(lieux[0]).content)).pages[0].extract_text()

    assert reste_du(encaissement.titre) == 7_500
    assert postee.lettre == imprimees[1]  # the last one printed left
    assert "Reste à payer 12 500 F CFP" in " ".join(relue.split())
    assert client.get(lieux[1]).status_code == 404  # it was printed, and not posted
    with pytest.raises(ValidationError, match="n’est plus à poster"):
        lettres.imprimer(litige.pk, par=agent)
    lettres.poster(litige.pk, par=agent)  # harmless
    assert lettres.postees(encaissement.titre).count() == 1


@pytest.mark.deux_moteurs
def test_une_lettre_imprimee_ne_se_reecrit_pas_et_se_poste_seule(
    importer, agent, encaisser_au_guichet, remettre
):
    tiers = FournisseurFactory(champs={"courriel": ""}).tiers
    encaissement = encaisser_au_guichet(Mode.CHEQUE, 12_500, tiers, **IMPAYES[0][1])
    remettre(12_500)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHEQUE IMPAYE"}))
    confirmer(agent, NatureRapprochement.IMPAYE)
    litige = encaissement.litiges.get()
    lettre = lettres.imprimer(litige.pk, par=agent)
    autre = Litige.objects.create(
        encaissement=encaisser_au_guichet(Mode.TPE, 500, tiers, **IMPAYES[1][1]),
        reference="autre",
        montant=500,
        ouvert_le=timezone.now(),
    )
    postee = {"acte": lettres.POSTER, "depart": "", "arrivee": "", "par": agent}

    refus = [
        lambda: LettreImprimee.objects.update(sha256="0" * 64),
        LettreImprimee.objects.all().delete,
        lambda: litige.passages.create(**postee),
        lambda: autre.passages.create(**postee, lettre=lettre),
    ]
    for acte in refus:
        with pytest.raises(IntegrityError), transaction.atomic():
            acte()


@pytest.mark.parametrize("courriel", ["", "lou@mail.example"])
def test_l_impaye_d_un_titre_rendu_ne_demande_pas_de_payer(
    importer,
    agent,
    encaisser_au_guichet,
    remettre,
    mailoutbox,
    django_capture_on_commit_callbacks,
    courriel,
):
    tiers = FournisseurFactory(champs={"courriel": courriel}).tiers
    encaissement = encaisser_au_guichet(Mode.CHEQUE, 12_500, tiers, **IMPAYES[0][1])
    remettre(12_500)
    refuser_et_rendre(encaissement.titre, par=agent)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHEQUE IMPAYE"}))
    with django_capture_on_commit_callbacks(execute=True):
        confirmer(agent, NatureRapprochement.IMPAYE)

    if courriel:
        (dit,) = [un.body for un in mailoutbox]
    else:
        lettre = lettres.imprimer(encaissement.litiges.get().pk, par=agent)
        pdf = PdfReader(BytesIO(lettres.contenu(lettre)))
        dit = " ".join(pdf.pages[0].extract_text().split())
    assert "La Trésorerie a rendu ce titre à la province Sud" in dit
    assert "d’abord à votre banque" in dit
    for mot in ("de nouveau due", "Reste à payer", "par carte à", "payer par carte"):
        assert mot not in dit


def test_une_lettre_qui_n_est_pas_partie_ne_se_dement_pas(
    importer, agent, encaisser_au_guichet, remettre
):
    tiers = FournisseurFactory(champs={"courriel": ""}).tiers
    encaisser_au_guichet(Mode.CHEQUE, 12_500, tiers, **IMPAYES[0][1])
    remettre(12_500)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHEQUE IMPAYE"}))
    confirmer(agent, NatureRapprochement.IMPAYE)

    ligne = LigneBancaire.objects.get(montant__lt=0)
    rapprochement.annuler(ligne_id=ligne.pk, motif="Erreur", par=agent)

    assert not lettres.a_poster().exists()


def vendre_par_cheque(session, regisseur):
    """Sell for 1 500 F, paid by the cheque that the statement takes back."""
    ventes.vendre(
        session=session,
        quantites={Produit.objects.get(code="S001").pk: 3},
        payeur="Club fictif",
        saisie=caisse.Saisie(mode=Mode.CHEQUE, montant=1_500, **IMPAYES[0][1]),
        par=regisseur,
    )


def test_une_vente_impayee_perd_son_titre_a_venir_et_le_retrouve_si_le_constat_s_annule(
    importer, agent, session, regisseur
):
    vendre_par_cheque(session, regisseur)
    cloturer_caisse(
        session_id=session.pk,
        coupures=decompte(0),
        pointage=Pointage(cheques=1),
        motif_ecart="",
        par=regisseur,
    )
    versement = verser(session.regie, regisseur)
    depots.recevoir_versement(versement_id=versement.pk, recepisse="R-1", par=agent)
    importer(camt({"montant": "1500", "sens": "DBIT", "libelle": IMPAYES[0][2]}))

    fait = confirmer(agent, NatureRapprochement.IMPAYE)
    impayee = ventes.sommes_a_regulariser(session.regie, timezone.localdate())
    rapprochement.annuler(ligne_id=fait.ligne_id, motif="Ce n’est pas ce chèque", par=agent)

    a_venir = ventes.sommes_a_regulariser(session.regie, timezone.localdate())
    assert (impayee, [somme for _, somme in a_venir]) == ([], [1_500])
    assert anomalies() == []


def test_l_impaye_que_la_banque_nomme_vient_en_premier(importer, encaisser_au_guichet, remettre):
    for numero in ("0001234", "0009999"):
        encaisser_au_guichet(Mode.CHEQUE, 12_500, banque="B", numero_cheque=numero, tireur="T")
    remettre(25_000)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHQ IMPAYE 0001234"}))

    propositions = proposer(LigneBancaire.objects.get(montant__lt=0))

    assert [une.libelle[:24] for une in propositions] == [
        "Chèque impayé n° 0001234",
        "Chèque impayé n° 0009999",
    ]


def test_un_cheque_que_la_banque_n_a_pas_eu_n_en_revient_pas(
    importer, agent, client, encaisser_au_guichet, remettre
):
    encaissement = encaisser_au_guichet(Mode.CHEQUE, 12_500, **IMPAYES[0][1])
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHQ IMPAYE 0001234"}))
    ligne = LigneBancaire.objects.get()
    client.force_login(agent)
    adresse = reverse("telepaiement:banque_ligne", args=[ligne.pk])

    page = client.get(adresse).text
    propositions = proposer(ligne)
    with pytest.raises(ValidationError, match="ne tient plus"):
        rapprochement.confirmer(ligne_id=ligne.pk, cle=f"impaye-{encaissement.pk}", par=agent)
    with pytest.raises(ValidationError, match="pas remis à la banque"):
        impayes.constater(ligne, encaissement.pk, par=agent)
    with pytest.raises(IntegrityError, match="pas remis"), transaction.atomic():
        Litige.objects.create(
            encaissement=encaissement,
            ligne=ligne,
            reference="banque-essai",
            montant=12_500,
            ouvert_le=timezone.now(),
        )

    assert propositions == []
    assert "Le chèque n° 0001234 de M. Fictif, reçu le" in page
    assert "rien ne dit que la banque l’a eu" in page
    rapprochement.ecarter(ligne_id=ligne.pk, motif="à revoir", par=agent)
    remise = remettre(12_500)
    rapprochement.reprendre(ligne_id=ligne.pk, par=agent)
    assert "rien ne dit que la banque" not in client.get(adresse).text
    confirmer(agent, NatureRapprochement.IMPAYE)
    with pytest.raises(ValidationError, match="n° 0001234 de cette remise est revenu impayé"):
        rapprochement.annuler(ligne_id=remise.ligne_id, motif="Erreur", par=agent)
    rapprochement.annuler(ligne_id=ligne.pk, motif="Erreur", par=agent)
    rapprochement.annuler(ligne_id=remise.ligne_id, motif="Erreur", par=agent)
    assert anomalies() == []


def test_une_remise_se_defait_quand_la_tresorerie_a_recu_le_cheque_impaye(
    importer, agent, session, regisseur, encaisser_au_guichet, remettre
):
    encaisser_au_guichet(Mode.CHEQUE, 12_500, **IMPAYES[0][1])
    cloturer_caisse(
        session_id=session.pk,
        coupures=decompte(0),
        pointage=Pointage(cheques=1),
        motif_ecart="",
        par=regisseur,
    )
    versement = verser(session.regie, regisseur)
    depots.recevoir_versement(versement_id=versement.pk, recepisse="R-1", par=agent)
    remise = remettre(12_500)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": "CHQ IMPAYE 0001234"}))
    confirmer(agent, NatureRapprochement.IMPAYE)

    rapprochement.annuler(ligne_id=remise.ligne_id, motif="Autre remise", par=agent)

    assert not remise.ligne.rapprochements.filter(annulation__isnull=True).exists()
    assert anomalies() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("premier", ["remise", "impaye"])
def test_l_impaye_d_une_vente_et_l_annulation_de_sa_remise_ne_se_croisent_pas(
    importer, agent, collegue, session, regisseur, remettre, monkeypatch, premier
):
    vendre_par_cheque(session, regisseur)
    remise = remettre(1_500)
    importer(camt({"montant": "1500", "sens": "DBIT", "libelle": IMPAYES[0][2]}))
    ligne = LigneBancaire.objects.get(montant__lt=0)
    (proposition,) = proposer(ligne)
    lu, suivi = threading.Event(), threading.Event()

    def s_arreter(acte):
        """Let the other person act between what `acte` reads and the commit that follows."""

        def faire(*arguments, **nommes):
            rendu = acte(*arguments, **nommes)
            lu.set()
            suivi.wait(2)
            return rendu

        return faire

    ou = {"remise": "exiger_aucun", "impaye": "constater_impaye"}[premier]
    monkeypatch.setattr(impayes, ou, s_arreter(getattr(impayes, ou)))
    actes = {
        "remise": lambda: rapprochement.annuler(
            ligne_id=remise.ligne_id, motif="Erreur", par=agent
        ),
        "impaye": lambda: rapprochement.confirmer(
            ligne_id=ligne.pk, cle=proposition.cle, par=collegue
        ),
    }

    def tenter(nom):
        if nom != premier:
            lu.wait(10)
        try:
            actes[nom]()
        except ValidationError as refus:
            return " ".join(refus.messages)
        else:
            return ""
        finally:
            if nom != premier:
                suivi.set()
            connection.close()

    with ThreadPoolExecutor(2) as fils:
        refus = dict(zip(actes, fils.map(tenter, actes), strict=True))

    assert refus[premier] == ""
    attendu = {"remise": "n’est pas remis à la banque", "impaye": "est revenu impayé"}[premier]
    assert attendu in "".join(refus.values())
    assert remise.ligne.rapprochements.filter(annulation=None).exists() == (premier == "impaye")
    assert Litige.objects.exists() == (premier == "impaye")
    assert anomalies() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="demande deux transactions")
def test_un_impaye_s_annule_sous_le_verrou_de_son_titre_d_abord(
    importer, agent, encaisser_au_guichet
):
    mode, details, libelle, _ = IMPAYES[1]
    encaissement = encaisser_au_guichet(mode, 12_500, **details)
    importer(camt({"montant": "12500", "sens": "DBIT", "libelle": libelle}))
    fait = confirmer(agent, NatureRapprochement.IMPAYE)

    def annuler():
        try:
            rapprochement.annuler(ligne_id=fait.ligne_id, motif="Erreur", par=agent)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as fils:
        with transaction.atomic():
            Titre.objects.select_for_update(of=("self",)).get(pk=encaissement.titre_id)
            acte = fils.submit(annuler)
            assert wait([acte], timeout=1).not_done
            for modele in (Encaissement, Litige, LigneBancaire):  # the others wait, holding nothing
                list(modele.objects.select_for_update(nowait=True))
        acte.result(timeout=10)

    assert Litige.objects.get().etat == EtatLitige.ANNULE
    assert reste_du(encaissement.titre) == 0
