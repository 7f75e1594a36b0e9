"""The REST services that the product calls: reading an order, giving a transaction back."""

from telepaiement.banc_lyra.registre import Objet, Refus, Registre


def lire_commande(registre: Registre, demande: Objet) -> Objet:
    """Order/Get: the transactions of an order."""
    cle = str(demande.get("orderId", ""))
    transactions = registre.commande(cle)
    if not transactions:
        raise Refus("PSP_010", "transaction not found")
    return {"orderId": cle, "transactions": transactions}


def rembourser(registre: Registre, demande: Objet) -> Objet:
    """Transaction/CancelOrRefund: a credit, never above what the debit still holds.

    A debit that was not handed to the bank yet is cancelled whole, and is itself the answer.
    """
    origine = registre.lire(demande.get("uuid"))
    if origine["operationType"] != "DEBIT":
        raise Refus("PSP_010", "transaction not found")
    if origine["status"] != "PAID":
        raise Refus("PSP_602", "transaction cannot be refunded")
    montant = demande.get("amount")
    if not isinstance(montant, int) or montant <= 0:
        raise Refus("INT_009", "invalid amount")
    if demande.get("currency") != origine["currency"]:
        raise Refus("INT_010", "invalid currency")
    if montant > registre.reste(origine):
        raise Refus("PSP_610", "refund amount is greater than what is left")
    if origine["detailedStatus"] == "AUTHORISED":
        if montant != origine["amount"]:
            raise Refus("PSP_612", "a part cannot be given back before the capture")
        origine |= {"detailedStatus": "CANCELLED", "status": "UNPAID"}
        return origine
    return registre.ajouter(
        origine["orderDetails"]["orderId"],
        "CREDIT",
        montant,
        origine["currency"],
        parentTransactionUuid=origine["uuid"],
        comment=str(demande.get("comment", "")),
    )


SERVICES = {"Order/Get": lire_commande, "Transaction/CancelOrRefund": rembourser}
