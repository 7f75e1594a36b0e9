"""Reading the treasury back: acquittements in both forms, retours, tolerance."""

from datetime import date
from io import BytesIO

import pytest
from lxml import etree

from exports_tps.pes.acquit import ElementAcquit
from exports_tps.pes.controle import controler
from exports_tps.pes.lecture import BordereauGlobalLu, lire_acquit, lire_retour
from exports_tps.pes.messages import FichierIllisible

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
PARAMETRES = '<Parametres><Version V="2"/><TypFic V="UNKNOWN_TYPE"/><NomFic V="F1"/></Parametres>'
EMETTEUR = '<Emetteur><Sigle V="DGFIP"/><Adresse V="HELIOS"/></Emetteur>'
ENTETE = (
    '<EnTetePES><DteStr V="2026-11-23"/><IdPost V="988001"/><IdColl V="98300040001000"/>'
    '<CodCol V="250"/><CodBud V="01"/></EnTetePES>'
)
ACQUIT = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_ACQUIT xmlns:n="{ESPACE}/v2">
<Enveloppe>{PARAMETRES}{EMETTEUR}</Enveloppe>{ENTETE}
<ACQUIT><EnTeteAcquit><IdVer V="1"/></EnTeteAcquit>
<ElementACQUIT><DomaineAck V="5"/><EtatAck V="true"/><NumBord V="12"/><ExerciceBord V="2026"/>
</ElementACQUIT>
<ElementACQUIT><DomaineAck V="5"/><EtatAck V="0"/><NumBord V="13"/><ExerciceBord V="2026"/>
<DetailPiece><NumPiece V="1042"/><DetailLigne><NumLigne V="1"/><Erreur>
<NumAnoAck V="ERREUR_CODIFICATION"/><LibelleAnoAck V="Nature inconnue"/></Erreur>
</DetailLigne></DetailPiece></ElementACQUIT>
<ElementACQUIT><DomaineAck V="4"/><EtatAck V="0"/><IdUnique V="PJ1"/><Erreur>
<NumAnoAck V="ERREUR_DOUBLON_PJ"/></Erreur></ElementACQUIT>
</ACQUIT></n:PES_ACQUIT>""".encode("iso-8859-1")
ACQUIT_PLAT = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_ACQUIT xmlns:n="{ESPACE}"><Enveloppe>{PARAMETRES}{EMETTEUR}</Enveloppe>{ENTETE}
<ACQUIT><EnTeteAcquit><IdVer V="1"/></EnTeteAcquit>
<ElementACQUIT><DomaineAck V="5"/><EtatAck V="0"/><ExerciceBord V="2026"/><NumBord V="12"/>
<NumPiece V="1042"/><NumLigne V="1"/><NumAnoAck V="ERREUR_AUTRE"/></ElementACQUIT>
</ACQUIT></n:PES_ACQUIT>""".encode("iso-8859-1")
ENTETE_RETOUR = ENTETE.replace("CodCol ", "CodColl ")
RETOUR = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Retour xmlns:n="{ESPACE}"><Enveloppe>{PARAMETRES}</Enveloppe>{ENTETE_RETOUR}
<PES_DepenseRetour><EnTeteDepense><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/></EnTeteDepense>
<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="12"/><TypBord V="01"/></BlocBordereau>
<Piece><InfoPiece><IdPce V="1042"/><TypPce V="01"/><NatPce V="01"/><DtePcePec V="2026-11-24"/>
<EtatPce V="05"/></InfoPiece><LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/>
<EtatLigPce V="01"/><MtHT V="138750"/><MtTVA V="15263"/></InfoLignePiece></BlocLignePiece>
<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-11-30"/><MtPay V="154013.00"/>
</PaiementEmargement></LigneDePiece></Piece>
<Piece><InfoPiece><IdPce V="1043"/><TypPce V="01"/><NatPce V="01"/><EtatPce V="04"/>
<ObsEtat V="05-16"/><Commentaire V="Service fait non attest&#233;"/><DtePceRej V="2026-11-25"/>
</InfoPiece><LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><EtatLigPce V="02"/>
<MtHT V="0"/></InfoLignePiece></BlocLignePiece></LigneDePiece></Piece>
</Bordereau></PES_DepenseRetour>
<PES_RecetteRetour><EnTeteRecette><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/></EnTeteRecette>
<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="7"/><TypBord V="01"/></BlocBordereau>
<Piece><BlocPiece><IdPce V="77"/><TypPce V="01"/><NatPce V="01"/><EtatPce V="02"/></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><EtatLigPce V="05"/>
<MtHT V="25000"/></InfoLignePiece></BlocLignePiece><EncaissementEmargement><OrgEma V="03"/>
<DteReco V="2026-12-01"/><MtReco V="25000"/></EncaissementEmargement></LigneDePiece></Piece>
</Bordereau><Bordereau><BordereauORMCGlobal><Exer V="2026"/><IdBord V="8"/><MtTTC V="10"/>
</BordereauORMCGlobal></Bordereau></PES_RecetteRetour></n:PES_Retour>""".encode("iso-8859-1")

FORMES = [
    ("PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd", ACQUIT),
    ("PES_V2/Rev0/PES_V2_Acquit_Autonome.xsd", ACQUIT_PLAT),
    ("PES_V2/RETOUR/Rev0/PES_Retour.xsd", RETOUR),
]


@pytest.mark.parametrize(("fichier", "octets"), FORMES)
def test_les_exemples_sont_valides_pour_le_schema_et_pour_nous(fichier, octets, schemas):
    etree.XMLSchema(etree.parse(schemas / fichier)).assertValid(etree.fromstring(octets))

    assert list(controler(BytesIO(octets), schemas=schemas)) == []


def test_un_acquit_dit_qui_il_concerne():
    tete, _ = lire_acquit(BytesIO(ACQUIT))

    assert (tete.nom_fichier, tete.code_collectivite) == ("F1", "250")


def test_chaque_verdict_ne_parle_que_de_son_objet():
    _, verdicts = lire_acquit(BytesIO(ACQUIT))
    accepte, refuse, piece_jointe = verdicts

    assert (accepte.est_accepte, accepte.numero_bordereau, accepte.exercice) == (True, "12", "2026")
    assert refuse.pieces[0].lignes[0].erreurs[0].libelle == "Nature inconnue"
    assert (piece_jointe.domaine, piece_jointe.identifiant_unique) == ("4", "PJ1")


def test_l_ancienne_forme_donne_les_memes_verdicts():
    _, verdicts = lire_acquit(BytesIO(ACQUIT_PLAT))
    (verdict,) = verdicts

    assert isinstance(verdict, ElementAcquit)
    assert verdict.pieces[0].lignes[0].erreurs[0].code == "ERREUR_AUTRE"


def test_un_acquit_contraire_au_schema_se_lit_quand_meme():
    incomplet = ACQUIT.replace(EMETTEUR.encode(), b"").replace(b'"ERREUR_DOUBLON_PJ"', b'"NOUVEAU"')

    tete, verdicts = lire_acquit(BytesIO(incomplet))

    assert tete.nom_fichier == "F1"
    assert [verdict.est_accepte for verdict in verdicts] == [True, False, False]
    assert any("Emetteur" in anomalie.message for anomalie in tete.anomalies)


def test_un_non_acquit_refuse_le_fichier():
    octets = (
        f"<n:PES_NonAcquit xmlns:n='{ESPACE}'><Enveloppe>{PARAMETRES}</Enveloppe></n:PES_NonAcquit>"
    )

    tete, verdicts = lire_acquit(BytesIO(octets.encode()))

    assert tete.nom_fichier == "F1"
    assert [verdict.est_accepte for verdict in verdicts] == [False]


@pytest.mark.parametrize("octets", [b"", b"bonjour", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_un_fichier_etranger_est_refuse_clairement(octets):
    with pytest.raises(FichierIllisible, match="illisible"):
        lire_acquit(BytesIO(octets))


def test_un_retour_donne_paiements_et_rejets():
    tete, pieces = lire_retour(BytesIO(RETOUR))
    payee, rejetee, titre, ormc = pieces

    assert tete.code_collectivite == "250"
    assert (payee.sens, payee.exercice, payee.numero_bordereau) == ("depense", 2026, "12")
    reglement = payee.piece.lignes[0].reglements[0]
    assert (reglement.date_reglement, reglement.montant) == (date(2026, 11, 30), 154_013)
    assert (rejetee.motifs, rejetee.piece.date_rejet) == (("05", "16"), date(2026, 11, 25))
    assert (titre.sens, titre.piece.lignes[0].reglements[0].montant) == ("recette", 25_000)
    assert isinstance(ormc, BordereauGlobalLu)
