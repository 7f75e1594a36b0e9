"""The PES V2 format of the treasury, pure Python (lxml, cryptography; no Django).

declarations, types, latin1, messages   what a record is; simple types; characters; errors
communs, depense, recette, pieces_jointes, acquit, retour   the records, declared once
ecriture, bordereau, signature, signataire, flux   writing: a bordereau signed, then the flux
modeles, analyse, lecture   the messages as trees of elements; one streaming reader
projection, formes   rows written without records; pièces read again by their values alone
regles, cles, referentiel, suivi, memoire   conditional rules, asked once; keys of identifiers
canonique, verification, schemas, controle   signatures checked again, official schemas, `controler`
signataire_materiel, signature_externe   a key that stays in its token; signed elsewhere, given back
facture, acquit_retour, noms_xml   the invoice of a titre; a Retour acknowledged; names of XML
autorite   a demonstration authority

Imports nothing: take what is needed from the modules. See `docs/pes.md`.
"""
