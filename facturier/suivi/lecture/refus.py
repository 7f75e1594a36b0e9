"""What is told to the person whose file is refused, when several readers say it."""

TROP_LOURD = (
    "La lecture de ce fichier demande trop de temps ou de mémoire : il est abîmé ou anormalement "
    "construit. Imprimez la facture vers un nouveau PDF, puis redéposez-la."
)
ILLISIBLE = (
    "Ce fichier est illisible : il est abîmé ou incomplet. Ouvrez-le sur votre poste pour le "
    "vérifier, réexportez-le, puis redéposez-le."
)
