"""The security officer, and the roles he may not hold as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("acces", "0003_invariants"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attributionrole",
            name="role",
            field=models.CharField(
                choices=[
                    ("fournisseur", "Fournisseur"),
                    ("agent", "Agent des finances"),
                    ("service", "Service gestionnaire"),
                    ("ordonnateur", "Ordonnateur"),
                    ("regisseur", "Régisseur"),
                    ("comptable", "Comptable public"),
                    ("administrateur", "Administrateur"),
                    ("securite", "Responsable de la sécurité"),
                ],
                max_length=20,
                verbose_name="rôle",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributionrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role__in", ["securite", "agent"])),
                fields=("utilisateur",),
                name="acces_securite_ou_agent",
                violation_error_message="Le responsable de la sécurité lit la trace des agents : il n’en est pas un.",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributionrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role__in", ["securite", "administrateur"])),
                fields=("utilisateur",),
                name="acces_securite_ou_administrateur",
                violation_error_message="Le responsable de la sécurité lit la trace de tous : il n’accorde pas les rôles.",
            ),
        ),
    ]
