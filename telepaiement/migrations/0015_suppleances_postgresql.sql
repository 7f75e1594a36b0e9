-- Art. 7: on each day one person alone is called. A row names one made before it: no cycle.
CREATE FUNCTION tp_controler_suppleance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.qualite = 'suppleant' AND EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND COALESCE(n.remplace_id, 0) = COALESCE(NEW.remplace_id, 0)
    AND n.debut <= NEW.fin AND n.fin >= NEW.debut) THEN
        RAISE EXCEPTION 'Une autre suppléance de la même personne couvre déjà ces dates.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suppleance_unique';
    END IF;
    IF NEW.remplace_id IS NOT NULL AND (NEW.qualite <> 'suppleant' OR NOT EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.id = NEW.remplace_id AND n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND n.etat = 'en_vigueur' AND n.personne_id <> NEW.personne_id
    AND n.debut <= NEW.debut AND n.fin >= NEW.fin)) THEN
        RAISE EXCEPTION 'Un suppléant remplace un autre suppléant de la même régie, en fonction pendant toute la période, et qui n’est pas lui-même.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suppleance_chaine';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nomination_suppleance_chaine BEFORE INSERT ON telepaiement_nomination
    FOR EACH ROW EXECUTE FUNCTION tp_controler_suppleance();
CREATE TRIGGER nomination_remplace_fige BEFORE UPDATE ON telepaiement_nomination
    FOR EACH ROW WHEN (OLD.remplace_id IS DISTINCT FROM NEW.remplace_id)
    EXECUTE FUNCTION tp_figer_nomination();
