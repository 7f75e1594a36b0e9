"""Runs `check --deploy` with complete production settings: `python -m …controle_production`.

Every variable that production demands gets a made-up value, so that what remains to be said is
about the code, not about this machine.
"""

import os
import sys

VALEURS = {
    "FACTURIER_MODE": "production",
    "FACTURIER_SECRET_KEY": "valeur-de-controle-" + "x9Kd7QpL2mZtR4vB8nWc" * 3,
    "FACTURIER_HOTES": "services.province-sud.example",
    "FACTURIER_ADRESSE": "https://services.province-sud.example",
    "CLAMD_SOCKET": "/run/clamav/clamd.ctl",
    "SIGNATURE_MOT_DE_PASSE": "mot-de-passe-de-controle",
    "TPS_TRANSPORT": "sftp",
    "TPS_SFTP_HOTE": "echanges.tresorerie.example",
    "TPS_SFTP_UTILISATEUR": "province-sud",
    "TPS_SFTP_CLE": "/etc/facturier/tps_ed25519",
    "TPS_SFTP_CLE_HOTE": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFictivePourLeControle",
    "TPS_SFTP_ENVOIS": "/envois",
    "TPS_SFTP_RETOURS": "/retours",
    "TPS_PASSTRANS_DEST": "VHPCE11",
    "TPS_PASSTRANS_APPLI": "THELPES2",
    "DATABASE_URL": "postgresql://facturier@localhost/facturier",
    "STRIPE_SECRET_KEY": "sk_live_controle",
    "STRIPE_PUBLIC_KEY": "pk_live_controle",
    "STRIPE_WEBHOOK_SECRETS": "whsec_controle",
}


def main() -> None:
    """Check the deployment settings; exit 1 on the first warning."""
    os.environ.update(VALEURS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "facturier.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line([sys.argv[0], "check", "--deploy", "--fail-level", "WARNING"])


if __name__ == "__main__":
    main()
