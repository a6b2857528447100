"""Counts Delta tables with two readers that are not ours: DuckDB's delta extension and delta-rs.

Takes {"s3": {...} | null, "tables": [{"uri", "query"}]} as JSON; prints, per table, what each reader answers to its query.
"""

import glob
import json
import sys

import deltalake
import duckdb
import duckdb_ext

asked = json.loads(sys.argv[1])
s3 = asked["s3"]

duck = duckdb.connect(config={"allow_unsigned_extensions": True})
folder = list(duckdb_ext.__path__)[0]
for name in ("httpfs", "delta"):
    duck.execute(f"LOAD '{glob.glob(f'{folder}/extensions/*/*/{name}.duckdb_extension')[0]}'")
if s3 is not None:
    host = s3["endpoint"].split("://", 1)[1]
    duck.execute(
        f"CREATE SECRET (TYPE S3, KEY_ID '{s3['accessKeyId']}', SECRET '{s3['secretAccessKey']}',"
        f" REGION '{s3['region']}', ENDPOINT '{host}', USE_SSL false, URL_STYLE 'path')"
    )
storage = None if s3 is None else {
    "AWS_ACCESS_KEY_ID": s3["accessKeyId"],
    "AWS_SECRET_ACCESS_KEY": s3["secretAccessKey"],
    "AWS_REGION": s3["region"],
    "AWS_ENDPOINT_URL": s3["endpoint"],
    "AWS_ALLOW_HTTP": "true",
}


def by_duckdb(uri, query):
    duck.execute(f"CREATE OR REPLACE VIEW t AS SELECT * FROM delta_scan('{uri}')")
    answer = duck.execute(query)
    names = [column[0] for column in answer.description]
    return dict(zip(names, map(plain, answer.fetchone())))


def by_delta_rs(uri, query):
    table = deltalake.DeltaTable(uri, storage_options=storage)
    answer = deltalake.QueryBuilder().register("t", table).execute(query).read_all()
    return {name: plain(answer[name][0].as_py()) for name in answer.schema.names}


def plain(value):
    return None if value is None else str(value)


answers = []
for table in asked["tables"]:
    uri, query = table["uri"], table["query"]
    version = deltalake.DeltaTable(uri, storage_options=storage).version()
    answers.append({"version": version, "duckdb": by_duckdb(uri, query), "deltaRs": by_delta_rs(uri, query)})
print(json.dumps(answers))
