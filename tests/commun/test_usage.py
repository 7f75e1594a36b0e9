"""A command line that cannot be read is explained in French, and exits 2."""

import pytest
from django.core.management import CommandError, call_command, load_command_class


@pytest.mark.parametrize(
    ("commande", "arguments", "phrase"),
    [
        ("rattacher_charges", ["abcd"], "annee : « abcd » n’est pas un nombre entier."),
        ("rattacher_charges", [], "Il manque : annee."),
        ("sceller", ["--nimporte"], "Option inconnue : --nimporte."),
        ("cloturer_caisse", ["--comptees"], "L’option --comptees attend une valeur."),
        ("constituer_flux", ["--profil", "pes_v3"], "--profil ne peut valoir « pes_v3 », mais"),
    ],
)
def test_une_ligne_de_commande_incomprise_s_explique(commande, arguments, phrase):
    with pytest.raises(CommandError) as refus:
        call_command(commande, *arguments)

    assert str(refus.value).startswith(phrase)
    assert refus.value.returncode == 2


def test_depuis_un_terminal_le_code_est_2(capsys):
    commande = load_command_class("facturier.suivi", "rattacher_charges")

    with pytest.raises(SystemExit) as sortie:
        commande.run_from_argv(["manage.py", "rattacher_charges", "abcd"])

    assert sortie.value.code == 2
    assert capsys.readouterr().err.endswith("annee : « abcd » n’est pas un nombre entier.\n")
