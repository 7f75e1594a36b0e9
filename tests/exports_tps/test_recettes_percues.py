"""Receipts collected before their titre (P503): kept, posted once, settled by their titre."""

from datetime import date

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from exports_tps.constitution import constituer_flux
from exports_tps.enregistrements import pieces_pes
from exports_tps.models import MessageTPS, RecettePercue, RegularisationRecette
from exports_tps.recettes_percues import a_regulariser, regulariser
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from facturier.acces.models import ServiceGestionnaire
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import CodesPiece, creer_bordereau
from facturier.grand_livre.models import Ecriture, Piece, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.verification import verifier
from telepaiement import restitutions
from telepaiement.models import Produit
from telepaiement.verification_argent import excedents_oublies
from tests.exports_tps.factories import compte_verifie
from tests.exports_tps.pes.recus import ESPACE, PARAMETRES
from tests.exports_tps.reponses import dites
from tests.exports_tps.test_exercice_anterieur import EN_2025, accepte, annuler
from tests.grand_livre.factories import COMPTE_BANCAIRE, TiersFactory, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
ENTETE = '<EnTetePES><DteStr V="2026-11-24"/><IdPost V="988001"/><IdColl V="00012345600012"/>'
ENTETE += '<CodColl V="988"/><CodBud V="01"/></EnTetePES>'


def ligne(numero=1, montant=5_000, rattache=None, regie=""):
    """Return a line of a P503."""
    lien = (
        f'<RattachPiece><NatPceOrig V="02"/><ExerRat V="2026"/><IdPceOrig V="{rattache}"/>'
        '<DteRattach V="2026-11-24"/></RattachPiece>'
        if rattache
        else ""
    )
    liens = f'<LiensIdent><IdRegie V="{regie}"/></LiensIdent>' if regie else ""
    return (
        f'<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="{numero}"/>'
        f'<CodProdLoc V="0001"/><EtatLigPce V="05"/><MtHT V="{montant}"/></InfoLignePiece>'
        f'{lien}{liens}</BlocLignePiece><Tiers><InfoTiers><CatTiers V="01"/>'
        '<NatJur V="01"/><Nom V="FICTIF"/><Prenom V="Paul"/></InfoTiers></Tiers>'
        f'<EncaissementEmargement><OrgEma V="03"/><DteReco V="2026-11-20"/>'
        f'<MtReco V="{montant}"/></EncaissementEmargement></LigneDePiece>'
    )


def recevoir(settings, *lignes, nom="P503.xml", numero=503):
    """Read a Retour that tells these lines of one P503."""
    settings.TPS_RETOURS.mkdir(parents=True, exist_ok=True)
    texte = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Retour xmlns:n="{ESPACE}"><Enveloppe>{PARAMETRES}</Enveloppe>{ENTETE}
<PES_RecetteRetour><EnTeteRecette><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/></EnTeteRecette>
<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="9"/><TypBord V="05"/></BlocBordereau>
<Piece><BlocPiece><IdPce V="{numero}"/><TypPce V="13"/><NatPce V="01"/>
<Obj V="Virement sans titre"/><EtatPce V="02"/></BlocPiece>{"".join(lignes)}</Piece>
</Bordereau></PES_RecetteRetour>
</n:PES_Retour>"""
    (settings.TPS_RETOURS / nom).write_text(texte, encoding="iso-8859-1")
    lire_retours()
    return MessageTPS.objects.get(nom=nom)


def evenements():
    return list(Ecriture.objects.order_by("pk").values_list("evenement", flat=True))


def test_une_recette_sans_titre_attend_et_se_dit_une_fois(
    agent, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = recevoir(settings, ligne(), ligne(2, 700, regie="PISCINE"))
    encore = recevoir(
        settings, ligne(), ligne(2, 800, regie="PISCINE"), ligne(3, 0), nom="P503-bis.xml"
    )

    premiere, de_regie = RecettePercue.objects.order_by("ligne")
    assert (message.etat, dites(message)) == ("applique", "")
    assert (premiere.montant, premiere.payeur) == (5_000, "FICTIF Paul")
    assert (premiere.encaissee_le, premiere.objet) == (date(2026, 11, 20), "Virement sans titre")
    assert (premiere.ecriture.evenement, de_regie.ecriture) == ("recette_avant_titre", None)
    assert "800" in dites(encore)
    assert "déjà connus" in dites(encore)
    assert "illisible" in dites(encore)
    assert evenements() == ["recette_avant_titre"]
    assert list(a_regulariser()) == [premiere]
    with pytest.raises(ValidationError, match="régularise elle-même"):
        regulariser(de_regie, titre(agent), par=agent)
    assert [m.subject for m in mail.outbox] == [
        "Recettes perçues avant titre\u202f: 1 à régulariser"
    ]


def test_le_rattachement_dit_par_la_tresorerie_regle_le_titre(agent, settings):
    du = titre(agent)
    recevoir(settings, ligne(montant=1_000, rattache=du.numero))
    inconnu = recevoir(settings, ligne(rattache=99_999), nom="autre.xml", numero=504)
    avant = reste_du(du)
    deja = ligne(montant=1_000, rattache=du.numero)
    repete = recevoir(settings, deja, ligne(2, 10), nom="encore.xml")

    lien = RegularisationRecette.objects.get()
    assert (lien.titre_id, lien.message.nom) == (du.pk, "P503.xml")
    assert avant == reste_du(du) == du.montant_ttc - 1_000
    assert "inconnu ici" in dites(inconnu)
    assert RecettePercue.objects.get(numero="504").ecriture is not None
    assert (repete.etat, dites(repete)) == ("applique", "")
    assert list(verifier()) == []


def test_les_decimales_d_un_p503_se_disent(settings):
    message = recevoir(settings, ligne(montant="5000.50"))

    assert RecettePercue.objects.get().montant == 5_000
    assert "P503 2026-503, ligne 1 : 5000.50 n’est pas un nombre entier de francs" in dites(message)
    assert message.reserves.get().nature == "montant"


def test_les_titres_nommes_se_lisent_en_une_requete(settings):
    recevoir(settings, ligne(rattache=99_999))
    nommes = (10**13 - 1, *range(88_801, 88_812))
    lignes = [ligne(rang, rattache=titre) for rang, titre in enumerate(nommes, 1)]

    with CaptureQueriesContext(connection) as lues:
        message = recevoir(settings, *lignes, nom="autre.xml", numero=504)

    titres = [lue for lue in lues if '"grand_livre_piece"."numero" IN' in lue["sql"]]
    assert dites(message).count("inconnu ici") == len(nommes)
    assert len(titres) == 1
    assert len(lues) < 90


def test_un_p503_ne_touche_pas_le_titre_du_meme_numero(agent, settings):
    du = titre(agent)

    recevoir(settings, ligne(), numero=du.numero)

    assert Piece.objects.get(pk=du.pk).etat == du.etat
    assert RecettePercue.objects.get().numero == str(du.numero)


def test_l_agent_rattache_par_la_page_et_rien_ne_se_regle_deux_fois(
    client, agent, ordonnateur, settings
):
    du = titre(agent)
    recevoir(settings, ligne(montant=du.montant_ttc + 1), ligne(2, du.montant_ttc))
    trop, juste = RecettePercue.objects.order_by("ligne")
    with pytest.raises(ValidationError, match="ne réclame plus que"):
        regulariser(trop, du, par=agent)
    with pytest.raises(ActeInterdit):
        regulariser(juste, du, par=ordonnateur)
    client.force_login(agent)
    liste = client.get("/gestion/recettes-percues/").content.decode()
    adresse = f"/gestion/recettes-percues/{juste.pk}/titre/"
    mauvais = client.post(adresse, {"exercice": 2026, "numero": 88_888})
    client.post(adresse, {"exercice": 2026, "numero": du.numero})

    toutes = client.get("/gestion/recettes-percues/?liste=toutes").content.decode()

    assert "Virement sans titre" in liste
    assert (mauvais.status_code, "Aucun titre" in mauvais.content.decode()) == (422, True)
    assert reste_du(du) == 0
    assert du.reference in toutes
    with pytest.raises(TransitionInterdite, match="règle déjà un titre"):
        regulariser(juste, du, par=agent)
    assert evenements().count("regularisation_p503") == 1
    assert list(verifier()) == []


@pytest.mark.deux_moteurs
def test_la_base_garde_ce_qui_est_dit(agent, settings):
    recevoir(settings, ligne())

    for changer in (
        lambda: RecettePercue.objects.update(montant=1),
        lambda: RecettePercue.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            changer()


def test_le_titre_d_une_recette_s_emet_de_la_page_et_nomme_son_p503(
    client, agent, ordonnateur, settings
):
    Produit.objects.create(code="0001", libelle="Redevances", compte="70323")
    payeur = TiersFactory.create(nom="FICTIF", prenom="Paul")
    recevoir(settings, ligne(), ligne(2, 700))
    recette, _autre = RecettePercue.objects.order_by("ligne")
    client.force_login(agent)
    adresse = f"/gestion/recettes-percues/{recette.pk}/emission/"
    propose = client.get(adresse).context["form"].initial
    saisie = propose | {
        "produit": propose["produit"].pk,
        "service": ServiceGestionnaire.objects.get(code="DEPS").pk,
        "adresse_voie": "1 rue Fictive",
        "code_postal": "98800",
        "ville": "Nouméa",
    }
    mauvais = client.post(adresse, saisie | {"montant_ht": "4 000"})
    faite = client.post(adresse, saisie, follow=True)

    emis = Titre.objects.get()
    assert (propose["tiers"], propose["montant_ht"]) == (payeur.code, 5_000)
    assert (mauvais.status_code, "ni plus ni moins" in mauvais.content.decode()) == (422, True)
    assert "émis et réglé" in faite.content.decode()
    assert (emis.type_piece, emis.nature_piece, reste_du(emis)) == ("05", "01", 0)
    assert RegularisationRecette.objects.get().titre_id == emis.pk
    assert client.get(adresse).status_code == 404
    bordereau = creer_bordereau(
        sens="recette", pieces=[emis.pk], date_emission=emis.date_emission, par=agent
    )
    (ecrit,) = pieces_pes(bordereau)
    valeurs = {e.tag: e.get("V") for e in etree.fromstring(ecrit.texte).iter() if e.get("V")}
    attendus = {"TypPce": "05", "NatPceOrig": "03", "ExerRat": "2026", "IdPceOrig": "503"}
    assert attendus.items() <= valeurs.items()
    assert "IdLigneOrig" not in valeurs
    signer_bordereau(bordereau, par=ordonnateur)
    assert constituer_flux([bordereau], par=agent).etat == "constitue"
    assert list(verifier()) == []


@pytest.mark.deux_moteurs
def test_seul_un_titre_apres_encaissement_nomme_un_p503(agent):
    nomme = CodesPiece(type="05", encaissement=(2026, 503))
    emis = titre(agent, codes=nomme)
    assert (emis.exercice_encaisse, emis.numero_encaisse) == (2026, 503)
    assert titre(agent, codes=CodesPiece(type="05")).numero_encaisse is None  # sales of a régie
    with pytest.raises(EcritureRefusee, match="Seul un titre"), transaction.atomic():
        titre(agent, codes=CodesPiece(encaissement=(2026, 503)))
    with pytest.raises(IntegrityError, match="ne se retouche pas"), transaction.atomic():
        Piece.objects.filter(pk=emis.pk).update(numero_encaisse=504)


def test_un_titre_regle_par_un_p503_puis_reduit_est_a_rendre(agent, settings):
    du = titre(agent)
    recevoir(settings, ligne(montant=1_000, rattache=du.numero))
    accepte(du, agent, le=timezone.localdate())

    annuler(du, agent, du.montant_ttc)

    assert (reste_du(du), restitutions.a_rendre(du.pk)) == (-1_000, 1_000)
    assert [*excedents_oublies()] == [] == list(verifier())


def test_ce_qu_un_p503_a_regle_l_an_passe_se_rend_par_mandat(agent, settings, reference):
    du = titre(agent, date_emission=EN_2025)
    recevoir(settings, ligne(montant=du.montant_ttc))
    regulariser(RecettePercue.objects.get(), accepte(du, agent), par=agent)
    compte_verifie(du.tiers, COMPTE_BANCAIRE.iban, agent)

    mandat = annuler(du, agent, 5_000)

    assert (mandat.montant_ttc, mandat.iban) == (5_000, COMPTE_BANCAIRE.iban)
    with pytest.raises(ValidationError, match="sont déjà rendus ou vont l’être"):
        annuler(du, agent, du.montant_ttc - 4_999)
