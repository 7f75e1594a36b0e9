"""Powers of the parapheur: who is told when one is given, ended or missed; what asking costs."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports_tps import relances
from exports_tps.attendus import attendus_de, attendus_de_chacun, presentations_en_cours
from exports_tps.circuits import ouvrir_circuit
from exports_tps.parapheur import presenter
from exports_tps.pouvoirs import deleguer, revoquer, signataires_parmi, suppleer
from exports_tps.relances import relancer
from exports_tps.sans_suppleant import manques
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Role, Utilisateur
from tests.exports_tps.factories import bordereau_depense, bordereau_recette

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def dans():
    """A day counted from today."""
    return lambda jours: timezone.localdate() + timedelta(days=jours)


@pytest.fixture
def titulaire(personne):
    """An ordonnateur who signs in his own name."""
    return personne("Odette", Role.ORDONNATEUR)


@pytest.fixture
def donner(titulaire, dans):
    """Give a délégation, in force for nine days."""

    def faire(delegataire, *, par=titulaire, plafond=10_000_000, debut=0):
        return deleguer(
            delegataire=delegataire,
            acte="Arrêté 12",
            debut=dans(debut),
            fin=dans(debut + 9),
            plafond=plafond,
            par=par,
        )

    return faire


@pytest.fixture
def absence(dans):
    """Record an absence that begins and ends in so many days."""

    def declarer(absent, suppleant, debut, fin, *, par=None):
        return suppleer(
            suppleant=suppleant,
            debut=dans(debut),
            fin=dans(fin),
            absent=absent,
            par=par or absent,
        )

    return declarer


@pytest.fixture
def courriels(django_capture_on_commit_callbacks):
    """Carry out an act; return the mails that it sent, by address."""

    def faire(acte, *arguments, **options):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            acte(*arguments, **options)
        return {message.to[0]: message for message in mail.outbox}

    return faire


@pytest.fixture
def sans_visa(administrateur):
    """Open a circuit with nothing but the signature."""
    return ouvrir_circuit(
        libelle="Mandats",
        sens="depense",
        direction="",
        montant_minimum=0,
        signataire=None,
        etapes=[],
        debut=timezone.localdate(),
        par=administrateur,
    )


# --- A power is given, then ended --------------------------------------------------------------
def test_la_fin_d_une_suppleance_se_dit_au_suppleant(agent, personne, absence, courriels):
    suppleant = personne("Aline", Role.AGENT)
    pouvoir = absence(agent, suppleant, 0, 5)

    recus = courriels(revoquer, pouvoir, par=agent)

    assert list(recus) == [suppleant.email]
    message = recus[suppleant.email]
    assert "révoquée" in message.subject
    assert f"Suppléance d’{agent}" in message.subject
    assert f"{suppleant} ne donne plus les visas d’{agent}" in message.body
    assert "Ce qui est déjà visé ou signé le reste" in message.body


def test_celle_qu_un_administrateur_revoque_se_dit_aussi_a_l_absent(
    agent, personne, administrateur, absence, courriels
):
    suppleant = personne("Aline", Role.AGENT)
    pouvoir = absence(agent, suppleant, 0, 5, par=administrateur)

    recus = courriels(revoquer, pouvoir, par=administrateur)

    assert set(recus) == {agent.email, suppleant.email}
    assert str(administrateur) in recus[agent.email].body


def test_une_delegation_se_dit_au_delegataire(ordonnateur, donner, courriels):
    recus = courriels(donner, ordonnateur, plafond=200_000)

    assert list(recus) == [ordonnateur.email]
    assert "ne dépassent pas 200\u00a0000\u00a0F\u00a0CFP TTC" in recus[ordonnateur.email].body
    assert "Arrêté 12" in recus[ordonnateur.email].body


def test_la_fin_d_une_delegation_dit_ce_qui_reste_au_delegataire(
    agent, personne, titulaire, ordonnateur, donner, courriels
):
    premiere = donner(ordonnateur)
    assert "vous signez de nouveau en votre nom" in corps(
        courriels(revoquer, premiere, par=titulaire)
    )

    servie, autre = donner(ordonnateur), personne("Oriane", Role.ORDONNATEUR)
    signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    seconde = donner(ordonnateur, par=autre)
    assert f"Vous signez encore par délégation d’{autre}" in corps(
        courriels(revoquer, servie, par=titulaire)
    )
    assert "Vous n’avez aucun autre pouvoir de signer" in corps(
        courriels(revoquer, seconde, par=autre)
    )


def corps(recus):
    """The text of the only mail."""
    (message,) = recus.values()
    return message.body


def test_les_pages_disent_que_l_autre_en_est_averti(titulaire, ordonnateur, donner, client):
    pouvoir = donner(ordonnateur)
    adresse = reverse("exports_tps:revoquer", args=[pouvoir.pk])
    client.force_login(titulaire)

    averti = f"Un courriel en avertit {ordonnateur}."
    assert averti in client.get(adresse).content.decode()
    assert averti in client.post(adresse, follow=True).content.decode()
    assert "averti par courriel" in client.get(reverse("exports_tps:deleguer")).content.decode()


def test_qui_n_a_plus_d_acces_n_est_pas_averti(
    agent, personne, administrateur, titulaire, ordonnateur, absence, donner, courriels, client
):
    suppleant = personne("Aline", Role.AGENT)
    pouvoirs = [absence(agent, suppleant, 0, 5, par=administrateur), donner(ordonnateur)]
    Utilisateur.objects.filter(pk__in=[agent.pk, suppleant.pk, ordonnateur.pk]).update(
        is_active=False
    )
    adresses = [reverse("exports_tps:revoquer", args=[p.pk]) for p in pouvoirs]
    client.force_login(administrateur)
    assert "Un courriel" not in client.get(adresses[0]).content.decode()

    assert not courriels(client.post, adresses[0])
    client.force_login(titulaire)
    assert not courriels(client.post, adresses[1])

    assert all(p.delegataire.delegations_recues.get().revoquee_le for p in pouvoirs)


def test_un_delegataire_qui_n_est_plus_ordonnateur_ne_signe_plus_rien(
    personne, titulaire, donner, courriels
):
    delegataire = personne("Otis", Role.ORDONNATEUR)
    premier = donner(delegataire)
    donner(delegataire, par=personne("Olga", Role.ORDONNATEUR))
    delegataire.attributions.all().delete()
    premier.refresh_from_db()

    recus = courriels(revoquer, premier, par=titulaire)

    assert "aucun autre pouvoir de signer" in recus[delegataire.email].body


# --- A stand-in goes away too ------------------------------------------------------------------
def dire(debut, fin=None):
    """The days as pages and mails write them."""
    return f"du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}" if fin else f"le {debut:%d/%m/%Y}"


def test_un_suppleant_qui_s_absente_lit_avant_et_apres_qui_il_laisse(
    agent, personne, administrateur, absence, client, dans, courriels
):
    suppleant, autre = personne("Aline", Role.AGENT), personne("Ali", Role.AGENT)
    absence(agent, suppleant, 2, 5)
    adresse = reverse("exports_tps:absence")
    donnees = {"suppleant": autre.pk, "debut": dans(0).isoformat(), "fin": dans(3).isoformat()}
    client.force_login(suppleant)

    avant = client.get(adresse).content.decode()
    recus = courriels(client.post, adresse, donnees)
    apres = client.get(reverse("exports_tps:pouvoirs")).content.decode()

    assert f"Vous suppléez {agent} {dire(dans(2), dans(5))}" in avant
    assert "alert-danger" not in avant
    laisse = f"{agent}, que suppléait {suppleant}, reste sans suppléant {dire(dans(2), dans(3))}"
    assert laisse in apres
    assert suppleant.delegations_donnees.get().delegataire == autre
    assert set(recus) == {autre.email, agent.email, administrateur.email}
    for courriel in (agent.email, administrateur.email):
        assert "reste sans suppléant" in recus[courriel].subject
        assert dire(dans(2), dans(3)) in recus[courriel].body
    assert "Vous suppléez" in client.get(adresse).content.decode()
    client.force_login(autre)
    assert "Vous suppléez" in client.get(adresse).content.decode()


def test_un_administrateur_qui_declare_l_absence_d_un_suppleant_le_lit(
    agent, personne, administrateur, absence, client, dans, courriels
):
    suppleant, autre = personne("Aline", Role.AGENT), personne("Ali", Role.AGENT)
    absence(agent, suppleant, 0, 0)
    donnees = {
        "absent": suppleant.pk,
        "suppleant": autre.pk,
        "debut": dans(0).isoformat(),
        "fin": dans(3).isoformat(),
    }
    client.force_login(administrateur)

    recus = courriels(client.post, reverse("exports_tps:absence"), donnees)

    page = client.get(reverse("exports_tps:pouvoirs")).content.decode()
    assert f"{agent}, que suppléait {suppleant}, reste sans suppléant {dire(dans(0))}" in page
    assert set(recus) == {autre.email, agent.email, suppleant.email}


def test_un_autre_suppleant_suffit_les_jours_ou_il_est_la(agent, personne, absence, dans):
    aline, ali, alix = (personne(nom, Role.AGENT) for nom in ("Aline", "Ali", "Alix"))
    absence(agent, aline, 0, 9)
    absence(agent, ali, 2, 7)
    absence(ali, alix, 4, 5)

    trouves = manques(aline, dans(1), dans(9))

    assert [manque.jours for manque in trouves] == [
        dire(dans(1)),
        dire(dans(4), dans(5)),
        dire(dans(8), dans(9)),
    ]
    assert not manques(alix, dans(6), dans(9))
    absence(agent, aline, 5, 8)
    assert [manque.jours for manque in manques(aline, dans(8), dans(8))] == [dire(dans(8))]


def test_une_suppleance_finie_ou_revoquee_ne_manque_a_personne(agent, personne, absence, dans):
    aline, ali = personne("Aline", Role.AGENT), personne("Ali", Role.AGENT)
    revoquee = absence(agent, aline, 0, 5)
    assert manques(aline, dans(-9), dans(9))[0].debut == dans(0)

    revoquer(revoquee, par=agent)

    assert manques(aline, dans(0), dans(9)) == []
    assert manques(ali, dans(0), date.max) == []


# --- What is refused is said at its field ------------------------------------------------------
@pytest.mark.parametrize(
    ("debut", "fin", "est_le_meme", "champ", "refus"),
    [
        (3, 2, False, "fin", "Le dernier jour ne vient pas avant le premier."),
        (0, 2, True, "suppleant", "ne se supplée pas\u202f: choisissez une autre personne."),
    ],
)
def test_une_absence_refusee_dit_pourquoi_a_son_champ(
    agent, personne, administrateur, client, dans, debut, fin, est_le_meme, champ, refus
):
    suppleant = personne("Aline", Role.AGENT)
    donnees = {
        "absent": agent.pk,
        "suppleant": (agent if est_le_meme else suppleant).pk,
        "debut": dans(debut).isoformat(),
        "fin": dans(fin).isoformat(),
    }
    client.force_login(administrateur)

    page = client.post(reverse("exports_tps:absence"), donnees).content.decode()

    assert refus in page
    assert f'href="#id_{champ}"' in page
    assert "La délégation finit" not in page


def test_une_delegation_a_l_envers_le_dit_a_la_fin(ordonnateur, titulaire, client, dans):
    donnees = {
        "delegataire": ordonnateur.pk,
        "acte": "Arrêté 12",
        "debut": dans(3).isoformat(),
        "fin": dans(1).isoformat(),
        "plafond": "100000",
    }
    client.force_login(titulaire)

    page = client.post(reverse("exports_tps:deleguer"), donnees).content.decode()

    assert "Le dernier jour ne vient pas avant le premier." in page
    assert 'href="#id_fin"' in page


@pytest.mark.parametrize("nom", ["deleguer", "absence"])
def test_quand_personne_d_autre_n_a_le_role_on_le_dit(titulaire, client, nom):
    client.force_login(titulaire)

    page = client.get(reverse(f"exports_tps:{nom}")).content.decode()

    assert "Personne d’autre n’a ce rôle\u202f: un administrateur l’accorde d’abord." in page


def test_signer_des_titres_ne_justifie_aucun_service_fait(agent, ordonnateur, client):
    client.force_login(ordonnateur)

    def lire(bordereau):
        adresse = reverse("exports_tps:signer", args=[bordereau.pk])
        return client.get(adresse).content.decode()

    assert "justifie le service fait" in lire(bordereau_depense(agent))
    assert "service fait" not in lire(bordereau_recette(agent))


@pytest.mark.parametrize("acte", ["renvoyer", "reprendre"])
def test_hors_du_parapheur_le_formulaire_ne_s_offre_pas(agent, client, acte):
    bordereau = bordereau_depense(agent)
    client.force_login(agent)

    page = client.get(
        reverse(f"exports_tps:{acte}", args=[bordereau.pk]), follow=True
    ).content.decode()

    assert "Il n’est pas au parapheur." in page
    assert "Ne rien changer et revenir" not in page


def test_ce_qui_est_decide_ne_se_presente_plus_comme_a_decider(
    agent, ordonnateur, sans_visa, client
):
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    client.force_login(ordonnateur)
    signer = reverse("exports_tps:signer", args=[bordereau.pk])
    assert "Votre signature rend" in client.get(signer).content.decode()
    signer_bordereau(bordereau, par=ordonnateur)

    page = client.get(signer).content.decode()
    visa = client.get(reverse("exports_tps:viser", args=[bordereau.pk])).content.decode()

    assert "Ce bordereau est «\u202fSigné\u202f»." in page
    assert "Votre signature rend" not in page
    assert "Votre visa dit" not in visa


# --- What it costs -----------------------------------------------------------------------------
def compter(acte):
    """Count the queries of an act."""
    with CaptureQueriesContext(connection) as lues:
        acte()
    return len(lues)


def test_chercher_qui_signe_coute_autant_pour_douze_delegataires(
    agent, personne, titulaire, donner, sans_visa, client
):
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    adresse = reverse("exports_tps:bordereau", args=[bordereau.pk])
    client.force_login(agent)

    def arriver(nombre):
        for rang in range(nombre):
            qui = personne(f"Otis{nombre}{'abcdefghijkl'[rang]}", Role.ORDONNATEUR)
            donner(qui, plafond=10_000_000 if rang % 2 else 1)
            delegataires.append(qui)

    delegataires: list[Utilisateur] = []
    arriver(2)
    client.get(adresse)
    couts = [compter(lambda: client.get(adresse))]
    couts.append(compter(lambda: signataires_parmi(delegataires, montant=2, pour=None)))
    arriver(10)

    assert signataires_parmi(delegataires, montant=2, pour=None) == delegataires[1::2]
    assert signataires_parmi(delegataires, montant=1, pour=titulaire) == delegataires
    assert signataires_parmi([titulaire], montant=2, pour=delegataires[0]) == []
    assert [
        compter(lambda: client.get(adresse)),
        compter(lambda: signataires_parmi(delegataires, montant=2, pour=None)),
    ] == couts


def test_la_relance_ne_lit_qu_une_fois_les_administrateurs(
    agent, administrateur, sans_visa, monkeypatch
):
    for _ in range(2):
        presenter(bordereau_depense(agent), par=agent)
    demain = timezone.localdate() + timedelta(days=9)
    monkeypatch.setattr(timezone, "localdate", lambda *_: demain)

    with CaptureQueriesContext(connection) as lues:
        assert relancer() == 2

    assert sum("'administrateur'" in lue["sql"] for lue in lues) == 1


def test_une_arrivee_que_personne_ne_prend_lit_une_fois_les_administrateurs(
    agent, administrateur, sans_visa
):
    bordereau = bordereau_depense(agent)

    with CaptureQueriesContext(connection) as lues:
        presenter(bordereau, par=agent)

    assert sum("'administrateur'" in lue["sql"] for lue in lues) == 1


def test_la_relance_coute_autant_pour_douze_personnes(
    agent, personne, titulaire, donner, absence, sans_visa, monkeypatch
):
    presenter(bordereau_depense(agent), par=agent)
    demain = timezone.localdate() + timedelta(days=9)

    def arriver(nombre):
        for rang in range(nombre):
            nom = f"{nombre}{'abcdefghijkl'[rang]}"
            donner(personne(f"Otis{nom}", Role.ORDONNATEUR), plafond=10_000_000 if rang % 2 else 1)
            absence(personne(f"Ana{nom}", Role.AGENT), personne(f"Ari{nom}", Role.AGENT), 0, 30)

    def couter():
        with monkeypatch.context() as horloge, transaction.atomic():
            horloge.setattr(timezone, "localdate", lambda *_: demain)
            faites = compter(relancer)
            transaction.set_rollback(True)
        return faites

    arriver(2)
    cout = couter()
    arriver(10)

    assert couter() == cout
    lues = relances._personnes()
    cles = set(presentations_en_cours().values_list("pk", flat=True))
    ensemble = attendus_de_chacun(lues, demain, parmi=cles)
    un_par_un = {p.pk: set(attendus_de(p, demain).values_list("pk", flat=True)) for p in lues}
    assert ensemble == un_par_un
    assert sum(map(len, un_par_un.values())) == 1 + 6  # the titulaire, and who may sign that much
