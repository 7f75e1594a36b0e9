"""One's own account."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes
from facturier.acces.identites import est_externe, identites_liees, identites_proposees
from facturier.acces.sessions import fermer_les_autres_sessions, sessions_ouvertes


@require_safe
@ouvrir_aux_comptes
def compte(requete: RequeteConnectee) -> HttpResponse:
    """Show who is logged in, with which roles, and where else."""
    sessions = sessions_ouvertes(requete, requete.user)
    liees = identites_liees(requete.user)
    return render(
        requete,
        "acces/compte.html",
        {
            "utilisateur": requete.user,
            "attributions": requete.user.attributions.order_by("pk"),
            "a_des_identites": liees or (est_externe(requete.user) and identites_proposees()),
            "identites": liees,
            "sessions": sessions,
            "a_d_autres_sessions": any(not session.est_courante for session in sessions),
        },
    )


@require_POST
@ouvrir_aux_comptes
def fermer_sessions(requete: RequeteConnectee) -> HttpResponse:
    """End the other sessions of the person who asks."""
    fermer_les_autres_sessions(requete, requete.user)
    messages.success(requete, "Vos autres sessions sont fermées.")
    return redirect("acces:compte")
