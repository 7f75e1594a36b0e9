"""What is told to the person whose file is refused, when several readers say it."""

TROP_LOURD = (
    "La lecture de ce fichier demande trop de temps ou de mémoire : il est abîmé ou anormalement "
    "construit. Imprimez la facture vers un nouveau PDF, puis redéposez-la."
)
PHOTOS_TROP_LOURDES = (
    "Ces photos demandent trop de temps ou de mémoire : reprenez-les avec une définition ordinaire "
    "(12 millions de points suffisent), ou déposez-en moins à la fois."
)
ILLISIBLE = (
    "Ce fichier est illisible : il est abîmé ou incomplet. Ouvrez-le sur votre poste pour le "
    "vérifier, réexportez-le, puis redéposez-le."
)
