import tongban.foundation.ids
from django.db import migrations, models

# The application's role writes the tree by these two functions alone: it can neither leave a gap, nor place what waits
# for nothing, nor sign a head that goes back. They run with the owner's rights.
PLACE = """
CREATE SEQUENCE ledger_fold_order;

ALTER FUNCTION ledger_note_entries() SECURITY DEFINER SET search_path = public, pg_temp;

CREATE FUNCTION ledger_place(first bigint, ids uuid[], hashes bytea[], levels int2[], indexes bigint[], nodes bytea[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    placed bigint;
    waited bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(8390046021125762561);
    SELECT coalesce(max(position) + 1, 0) INTO placed FROM ledger_leaf;
    IF first IS DISTINCT FROM placed OR cardinality(ids) IS DISTINCT FROM cardinality(hashes)
        OR cardinality(levels) IS DISTINCT FROM cardinality(nodes)
        OR cardinality(indexes) IS DISTINCT FROM cardinality(nodes)
    THEN
        RAISE EXCEPTION 'leaves are placed one after another: the next position is %', placed
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(levels, indexes) AS n (level, index)
        WHERE level <= 0 OR level % 4 <> 0 OR index < 0 OR (index + 1) << level > placed + cardinality(ids)
    ) THEN
        RAISE EXCEPTION 'a node needs its leaves' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM ledger_pending p USING ledger_entry e WHERE p.entry_id = ANY (ids) AND e.id = p.entry_id;
    GET DIAGNOSTICS waited = ROW_COUNT;
    IF waited <> cardinality(ids) THEN
        RAISE EXCEPTION 'only entries that wait are placed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO ledger_leaf (position, entry_id, hash)
        SELECT placed + n - 1, id, hash FROM unnest(ids, hashes) WITH ORDINALITY AS l (id, hash, n);
    INSERT INTO ledger_node (level, index, hash)
        SELECT level, index, hash FROM unnest(levels, indexes, nodes) AS n (level, index, hash);
END $$;

CREATE FUNCTION ledger_sign(size bigint, root bytea, at timestamptz, signature bytea, key_id varchar)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    placed bigint;
    signed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(8390046021125762561);
    SELECT coalesce(max(l.position) + 1, 0) INTO placed FROM ledger_leaf l;
    SELECT coalesce(max(h.size), 0) INTO signed FROM ledger_head h;
    IF ledger_sign.size <> placed OR ledger_sign.size <= signed
        OR NOT EXISTS (SELECT FROM crypto_signing_key k WHERE k.key_id = ledger_sign.key_id)
    THEN
        RAISE EXCEPTION 'a head is of all leaves, is larger than the one before and has its key'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO ledger_head (size, root, at, signature, key_id)
        VALUES (ledger_sign.size, ledger_sign.root, ledger_sign.at, ledger_sign.signature, ledger_sign.key_id);
END $$;
REVOKE ALL ON FUNCTION ledger_place(bigint, uuid[], bytea[], int2[], bigint[], bytea[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION ledger_sign(bigint, bytea, timestamptz, bytea, varchar) FROM PUBLIC;
"""
BACK = """
DROP FUNCTION ledger_sign(bigint, bytea, timestamptz, bytea, varchar);
DROP FUNCTION ledger_place(bigint, uuid[], bytea[], int2[], bigint[], bytea[]);
ALTER FUNCTION ledger_note_entries() SECURITY INVOKER RESET search_path;
DROP SEQUENCE ledger_fold_order;
"""
# Who is not the table's owner adds no such row without the entry that tells of it, in the same transaction.
TOLD = """
CREATE FUNCTION ledger_refuse_untold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM ledger_entry WHERE subject = NEW.id AND type = TG_ARGV[0]) THEN
        RAISE EXCEPTION 'a row of % needs its entry in the ledger', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_witness_told AFTER INSERT ON ledger_witness DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_untold('ledger.WitnessAdded');
"""
UNTOLD = "DROP TRIGGER ledger_witness_told ON ledger_witness; DROP FUNCTION ledger_refuse_untold();"


class Migration(migrations.Migration):
    """What the ledger covers: the order of folds, the sequencer's two functions, and alarms."""

    dependencies = [("ledger", "0005_epochs"), ("crypto", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.UUIDField(default=tongban.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("finding", models.CharField(max_length=400)),
                ("digest", models.CharField(max_length=64)),
                ("raised_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_alarm",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["digest"], condition=models.Q(ended_at__isnull=True), name="an_alarm_is_open_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(PLACE, BACK),
        migrations.RunSQL(TOLD, UNTOLD),
    ]
