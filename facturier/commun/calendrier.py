"""Working days in New Caledonia (accord interprofessionnel territorial, article 74)."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

SAMEDI = 5
FIXES = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (9, 24), (11, 1), (11, 11), (12, 25))
APRES_PAQUES = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


def paques(annee: int) -> date:
    """Return Easter Sunday of `annee` (Gregorian calendar, anonymous algorithm)."""
    siecle, rang = divmod(annee, 100)
    or_ = annee % 19
    epacte = (19 * or_ + siecle - siecle // 4 - (siecle - (siecle + 8) // 25 + 1) // 3 + 15) % 30
    jour = (32 + 2 * (siecle % 4) + 2 * (rang // 4) - epacte - rang % 4) % 7
    correction = (or_ + 11 * epacte + 22 * jour) // 451
    mois, reste = divmod(epacte + jour - 7 * correction + 114, 31)
    return date(annee, mois, reste + 1)


@lru_cache(maxsize=20)
def feries(annee: int) -> frozenset[date]:
    """Return the twelve legal holidays of `annee`."""
    dimanche = paques(annee)
    mobiles = [dimanche + timedelta(days=ecart) for ecart in APRES_PAQUES]
    return frozenset([*(date(annee, mois, jour) for mois, jour in FIXES), *mobiles])


def est_ouvre(jour: date) -> bool:
    """Tell whether offices work on `jour`: neither a week-end nor a holiday."""
    return jour.weekday() < SAMEDI and jour not in feries(jour.year)


def compter_jours_ouvres(debut: date, fin: date) -> int:
    """Return how many working days follow `debut`, until `fin` included."""
    jours = (fin - debut).days
    return sum(est_ouvre(debut + timedelta(days=rang)) for rang in range(1, jours + 1))


def ajouter_jours_ouvres(jour: date, nombre: int) -> date:
    """Return the day `nombre` working days after `jour`."""
    while nombre > 0:
        jour += timedelta(days=1)
        nombre -= est_ouvre(jour)
    return jour


def plus_mois(jour: date, nombre: int) -> date:
    """Return the same day `nombre` months later, or the last one of a shorter month."""
    annee, mois = divmod(jour.month - 1 + nombre, 12)
    annee, mois = jour.year + annee, mois + 1
    return date(annee, mois, min(jour.day, monthrange(annee, mois)[1]))


def dernier_jour_echu(jour: date, nombre: int) -> date:
    """Return the last day of which `plus_mois` of `nombre` months is on `jour`, or before."""
    debut = plus_mois(jour, -nombre)
    if jour.day < monthrange(jour.year, jour.month)[1]:
        return debut
    return debut.replace(day=monthrange(debut.year, debut.month)[1])
