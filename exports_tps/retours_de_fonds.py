"""Money that comes back: a transfer that the bank of the payee rejects, a cheque that is unpaid.

The treasury tells totals: one that is under what the ledger holds, in an answer that is not older
than the last movement, says that money came back. Nothing is posted on that alone.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Max

from exports_tps.models import MessageTPS, Reserve, Verdict
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece, SensPiece
from facturier.grand_livre.soldes import fonds_par_piece


def baisses(
    dits: Mapping[int, tuple[int, date | None]],
    pieces: Iterable[Piece],
    *,
    message: MessageTPS,
    emis_le: date | None,
) -> list[Reserve]:
    """Tell the pièces of which an answer says that less is paid or collected than was.

    What a titre was paid online may not have reached the treasury: its total is held against those
    that it told before. Two queries.

    Args:
        dits: by pièce, the whole francs told to this day, and the day of the last movement.
        emis_le: the day of the message, for a total without a day.
    """
    fonds = fonds_par_piece(dits)
    deja_dits = dict(
        Verdict.objects.filter(piece__in=fonds, montant__isnull=False)
        .exclude(message=message)
        .values_list("piece")
        .annotate(Max("montant"))
        .order_by()
    )
    reserves = []
    for piece in pieces:
        if piece.pk not in fonds:
            continue
        (total, jour), (tenu, dernier) = dits[piece.pk], fonds[piece.pk]
        est_mandat = piece.sens == SensPiece.DEPENSE
        annonce = tenu if est_mandat else min(tenu, deja_dits.get(piece.pk, 0))
        jour = jour or emis_le
        if total < annonce and (jour is None or jour >= dernier):
            texte = (
                f"{piece} : {afficher(total)} {'payés' if est_mandat else 'encaissés'} à ce jour "
                f"d’après la Trésorerie, contre {afficher(tenu)} comptabilisés : des fonds sont "
                "revenus, ou l’un des deux se trompe. Rien n’est contrepassé : le comptable "
                "constate le retour de fonds sur la page de la pièce."
            )
            reserves.append(Reserve(nature=Reserve.Nature.MONTANT, piece=piece, texte=texte))
    return reserves
