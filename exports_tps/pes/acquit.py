"""PES_ACQUIT: verdicts of the treasury, in the current form and in the old flat one (README §7)."""

from __future__ import annotations

from exports_tps.pes import types
from exports_tps.pes.declarations import Choix, Enregistrement, champ, enregistrement

DOMAINES = types.code(*(str(numero) for numero in range(13)), "99")
ANOMALIES = types.code(
    "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE",
    "ERREUR_ENCODING",
    "ERREUR_FLUX_VIDE",
    "ERREUR_SCHEMA_INCOMPLET",
    "ERREUR_CODIFICATION",
    "ERREUR_CODIQUE",
    "ERREUR_SIRET",
    "ERREUR_CODE_COLLECTIVITE_BUDGET",
    "ERREUR_VERSION_PES",
    "ERREUR_VERSION_PJ",
    "ERREUR_SIGNATURE_INVALIDE",
    "ERREUR_SIGNATURE_ILLISIBLE",
    "ERREUR_SIGNATURE_INCOMPLETE",
    "ERREUR_DOUBLON_BORDEREAU",
    "ERREUR_DOUBLON_PIECE",
    "ERREUR_DOUBLON_LIGNE",
    "ERREUR_DOUBLON_PJ",
    "ERREUR_PES_PARAM",
    "ERREUR_PES_SIGNATURE",
    "ERREUR_PES_PARAM_SIGNATURE",
    "ERREUR_CERTIFICAT",
    "ERREUR_TIMEOUT",
    "ERREUR_TAILLE_BORDEREAUX",
    "ERREUR_TAILLE_PIECE",
    "ERREUR_TAILLE_LIGNE",
    "ERREUR_PJ_SIGNEE",
    "ERREUR_SIGNATURE_EXTERNE",
    "ERREUR_AUTRE",
    "ERREUR_MONTANT_TVA_ZERO_NEGATIF",
    "ERREUR_PJ",
    "ERREUR_CUMUL_MONTANTS",
    "ERREUR_SIGNATURE_BORDEREAU_INVALIDE",
    "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE",
    "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE",
)


@enregistrement
class EnTeteAcquit(Enregistrement):
    """EnTeteAcquit."""

    version: str = champ("IdVer", types.chiffres(2))


@enregistrement
class ErreurAcquit(Enregistrement):
    """One reason of a refusal."""

    code: str | None = champ("NumAnoAck", ANOMALIES, default=None)
    libelle: str | None = champ("LibelleAnoAck", types.texte_libre(500), default=None)


@enregistrement
class DetailLigne(Enregistrement):
    """What is refused in one line."""

    numero: str = champ("NumLigne", types.chiffres(13))
    erreurs: tuple[ErreurAcquit, ...] = champ("Erreur", ErreurAcquit, default=())


@enregistrement
class DetailPiece(Enregistrement):
    """What is refused in one pièce."""

    numero: str = champ("NumPiece", types.chiffres(13))
    erreurs: tuple[ErreurAcquit, ...] = champ("Erreur", ErreurAcquit, default=())
    lignes: tuple[DetailLigne, ...] = champ("DetailLigne", DetailLigne, default=())


@enregistrement
class ElementAcquit(Enregistrement):
    """One verdict: `est_accepte` speaks of this bordereau, marché or PJ only."""

    CHOIX = (
        Choix(
            (((), ("NumBord", "ExerciceBord")), ((), ("IdMarche",)), ((), ("IdUnique",))),
            est_obligatoire=False,
        ),
    )
    domaine: str = champ("DomaineAck", DOMAINES)
    est_accepte: bool = champ("EtatAck", types.BOOLEEN)
    numero_bordereau: str | None = champ("NumBord", types.chiffres(7), default=None)
    exercice: str | None = champ("ExerciceBord", types.chiffres(4), default=None)
    marche: str | None = champ("IdMarche", types.texte_libre(18), default=None)
    identifiant_unique: str | None = champ("IdUnique", types.alphanumerique_libre(50), default=None)
    erreurs: tuple[ErreurAcquit, ...] = champ("Erreur", ErreurAcquit, default=())
    pieces: tuple[DetailPiece, ...] = champ("DetailPiece", DetailPiece, default=())


@enregistrement
class ElementAcquitPlat(Enregistrement):
    """One verdict in the old form: one error at most, for one pièce or line."""

    domaine: str = champ("DomaineAck", DOMAINES)
    est_accepte: bool = champ("EtatAck", types.BOOLEEN)
    exercice: str | None = champ("ExerciceBord", types.chiffres(4), default=None)
    numero_bordereau: str | None = champ("NumBord", types.chiffres(7), default=None)
    numero_piece: str | None = champ("NumPiece", types.chiffres(13), default=None)
    numero_ligne: str | None = champ("NumLigne", types.chiffres(6), default=None)
    identifiant_unique: str | None = champ("IdUnique", types.alphanumerique_libre(50), default=None)
    code: str | None = champ("NumAnoAck", ANOMALIES, default=None)
    libelle: str | None = champ("LibelleAnoAck", types.texte_libre(500), default=None)

    def en_element(self) -> ElementAcquit:
        """Return the same verdict in the current form."""
        erreurs = (
            (ErreurAcquit(code=self.code, libelle=self.libelle),)
            if self.code or self.libelle
            else ()
        )
        pieces: tuple[DetailPiece, ...] = ()
        if self.numero_piece:
            lignes = (
                (DetailLigne(numero=self.numero_ligne, erreurs=erreurs),)
                if self.numero_ligne
                else ()
            )
            reste = () if lignes else erreurs
            pieces = (DetailPiece(numero=self.numero_piece, erreurs=reste, lignes=lignes),)
        return ElementAcquit(
            domaine=self.domaine,
            est_accepte=self.est_accepte,
            numero_bordereau=self.numero_bordereau,
            exercice=self.exercice,
            identifiant_unique=self.identifiant_unique,
            erreurs=() if pieces else erreurs,
            pieces=pieces,
        )
