"""A message of the gateway keeps its facts and the digest of its body, not what it said of people."""

import hashlib
from typing import Any

from django.db import migrations, models

from facturier.commun.sql import SansPerdreLesDeclencheurs, poser

LOT = 500


def lever_la_garde(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers that name the body; they are laid again on what replaces it."""
    table = " ON telepaiement_evenementrecu" if schema_editor.connection.vendor != "sqlite" else ""
    for nom in ("evenement_brut_garde", "evenement_sans_suppression"):
        schema_editor.execute(f"DROP TRIGGER {nom}{table}", params=None)


def condenser(apps: Any, schema_editor: Any) -> None:
    """Keep the digest of the bodies received until now; their subject is in columns already."""
    modele = apps.get_model("telepaiement", "EvenementRecu")
    lus = modele.objects.order_by("pk").only("corps")
    for evenement in lus.iterator(LOT):
        empreinte = hashlib.sha256(evenement.corps.encode()).hexdigest()
        modele.objects.filter(pk=evenement.pk).update(empreinte=empreinte)


class Migration(migrations.Migration):
    """Not reversible: what is forgotten does not come back."""

    dependencies = [("telepaiement", "0010_liens_au_guichet")]
    operations = [
        migrations.RunPython(lever_la_garde),
        SansPerdreLesDeclencheurs(
            migrations.AddField(
                "evenementrecu",
                "empreinte",
                models.CharField(max_length=64, default="", verbose_name="SHA-256 du corps"),
                preserve_default=False,
            ),
            migrations.AddField("evenementrecu", "faits", models.JSONField(default=dict)),
        ),
        migrations.RunPython(condenser),
        SansPerdreLesDeclencheurs(migrations.RemoveField("evenementrecu", "corps")),
        migrations.RunPython(poser(__file__, "0011_messages_sans_corps")),
    ]
