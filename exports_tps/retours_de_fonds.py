"""Money that comes back: a transfer that the bank of the payee rejects, a cheque that is unpaid.

The treasury tells totals: one that is under what the ledger holds, in an answer that is not older
than the last movement, says that money came back, even when it was read before the payment itself.
Nothing is posted on that alone.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from exports_tps.models import MessageTPS, Reserve, Verdict
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece, SensPiece
from facturier.grand_livre.soldes import fonds_par_piece

Dit = tuple[int, date | None]  # a total in whole francs, and the day of its last movement


def baisses(
    dits: Mapping[int, Dit],
    pieces: Iterable[Piece],
    *,
    message: MessageTPS,
    emis_le: date | None,
) -> list[Reserve]:
    """Tell the pièces of which an answer, read now or before, says less than what is held.

    What a titre was paid online may not have reached the treasury: its total is held against those
    that it told. Answers come in any order: the newest of them is believed. Two queries.

    Args:
        dits: by pièce, the whole francs told to this day, and the day of the last movement.
        emis_le: the day of the message, for a total without a day.
    """
    fonds = fonds_par_piece(dits)
    avant = _dits_avant(fonds, message)
    reserves = []
    for piece in pieces:
        if piece.pk not in fonds:
            continue
        tenu, dernier = fonds[piece.pk]
        total, jour = dits[piece.pk]
        autres = avant.get(piece.pk, [])
        plus_haut = max((montant for montant, _ in autres), default=0)
        total, jour = _plus_recent((total, jour or emis_le), autres)
        est_mandat = piece.sens == SensPiece.DEPENSE
        annonce = tenu if est_mandat else min(tenu, max(plus_haut, dits[piece.pk][0]))
        if total < annonce and (jour is None or jour >= dernier):
            texte = (
                f"{piece} : {afficher(total)} {'payés' if est_mandat else 'encaissés'} à ce jour "
                f"d’après la Trésorerie, contre {afficher(tenu)} comptabilisés : des fonds sont "
                "revenus, ou l’un des deux se trompe. Rien n’est contrepassé : le comptable "
                "constate le retour de fonds sur la page de la pièce."
            )
            reserves.append(Reserve(nature=Reserve.Nature.MONTANT, piece=piece, texte=texte))
    return reserves


def _dits_avant(pieces: Collection[int], message: MessageTPS) -> dict[int, list[Dit]]:
    """Return the totals that the messages read before told of each pièce; one query."""
    lignes = Verdict.objects.filter(piece__in=pieces, montant__isnull=False)
    dits: dict[int, list[Dit]] = {}
    for piece, montant, jour in lignes.exclude(message=message).values_list(
        "piece", "montant", "date_effet"
    ):
        dits.setdefault(piece, []).append((montant or 0, jour))
    return dits


def _plus_recent(dit: Dit, autres: Iterable[Dit]) -> Dit:
    """Return the total of the last day; that of the message read now, unless one is later."""
    total, jour = dit
    for montant, quand in autres:
        if jour is not None and quand is not None and quand > jour:
            total, jour = montant, quand
    return total, jour
