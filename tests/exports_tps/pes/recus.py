"""Messages of the treasury as it may send them: both forms of ACQUIT, a Retour."""

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

RECUS = {"acquit": ACQUIT, "acquit_plat": ACQUIT_PLAT, "retour": RETOUR}
