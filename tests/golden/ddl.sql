-- every type
CREATE SCHEMA IF NOT EXISTS "public";
CREATE TABLE IF NOT EXISTS "public"."types" (
    "id" bigint NOT NULL,
    "flag" boolean,
    "tiny" smallint,
    "small" smallint,
    "whole" integer NOT NULL,
    "big" bigint,
    "huge" numeric(20,0),
    "money" numeric(10,2),
    "exact" numeric(65,30),
    "single" real,
    "twice" double precision,
    "word" varchar(16383),
    "long word" text,
    "letters" varchar(10),
    "bytes2" varchar(30),
    "note" text,
    "choice" text,
    "document" json,
    "uid" uuid,
    "picture" bytea,
    "day" date,
    "hour" time,
    "moment" timestamp,
    PRIMARY KEY ("id")
);
SELECT "id"::text FROM "public"."types" WHERE ("id") > ('1'::bigint) ORDER BY "id" LIMIT 1 OFFSET 2999;
DELETE FROM "public"."types" WHERE ("id") > ('1'::bigint) AND ("id") <= ('2'::bigint);
DROP TABLE IF EXISTS "public"."types";
-- the source's keys; a key column is never null
CREATE SCHEMA IF NOT EXISTS "public";
CREATE TABLE IF NOT EXISTS "public"."keys" (
    "id" bigint NOT NULL,
    "tenant" varchar(20) NOT NULL,
    "code" varchar(20),
    PRIMARY KEY ("tenant", "id")
);
CREATE UNIQUE INDEX ASYNC IF NOT EXISTS "keys_code" ON "public"."keys" ("code");
CREATE INDEX ASYNC IF NOT EXISTS "keys_a name t_a205940f" ON "public"."keys" ("id", "code");
SELECT "id"::text, "tenant"::text FROM "public"."keys" WHERE ("id", "tenant") > ('1'::bigint, '1'::varchar(20)) ORDER BY "id", "tenant" LIMIT 1 OFFSET 2999;
DELETE FROM "public"."keys" WHERE ("id", "tenant") > ('1'::bigint, '1'::varchar(20)) AND ("id", "tenant") <= ('2'::bigint, '2'::varchar(20));
DROP TABLE IF EXISTS "public"."keys";
-- the job's key
CREATE SCHEMA IF NOT EXISTS "public";
CREATE TABLE IF NOT EXISTS "public"."keys" (
    "id" bigint,
    "tenant" varchar(20),
    "code" varchar(20) NOT NULL,
    PRIMARY KEY ("code")
);
CREATE UNIQUE INDEX ASYNC IF NOT EXISTS "keys_PRIMARY" ON "public"."keys" ("tenant", "id");
CREATE INDEX ASYNC IF NOT EXISTS "keys_a name t_a205940f" ON "public"."keys" ("id", "code");
SELECT "code"::text FROM "public"."keys" WHERE ("code") > ('1'::varchar(20)) ORDER BY "code" LIMIT 1 OFFSET 2999;
DELETE FROM "public"."keys" WHERE ("code") > ('1'::varchar(20)) AND ("code") <= ('2'::varchar(20));
DROP TABLE IF EXISTS "public"."keys";
-- the key stays where rows are appended
CREATE SCHEMA IF NOT EXISTS "public";
CREATE TABLE IF NOT EXISTS "public"."keys" (
    "id" bigint NOT NULL,
    "tenant" varchar(20) NOT NULL,
    "code" varchar(20),
    PRIMARY KEY ("tenant", "id")
);
CREATE UNIQUE INDEX ASYNC IF NOT EXISTS "keys_code" ON "public"."keys" ("code");
CREATE INDEX ASYNC IF NOT EXISTS "keys_a name t_a205940f" ON "public"."keys" ("id", "code");
SELECT "id"::text, "tenant"::text FROM "public"."keys" WHERE ("id", "tenant") > ('1'::bigint, '1'::varchar(20)) ORDER BY "id", "tenant" LIMIT 1 OFFSET 2999;
DELETE FROM "public"."keys" WHERE ("id", "tenant") > ('1'::bigint, '1'::varchar(20)) AND ("id", "tenant") <= ('2'::bigint, '2'::varchar(20));
DROP TABLE IF EXISTS "public"."keys";
-- names in another case, with quotes, in another schema
CREATE SCHEMA IF NOT EXISTS "App";
CREATE TABLE IF NOT EXISTS "App"."OD""D" (
    "A ""B""" bigint
);
DROP TABLE IF EXISTS "App"."OD""D";
