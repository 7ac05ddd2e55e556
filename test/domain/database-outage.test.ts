import { expect, test } from 'vitest';
import { EmbeddedPostgresError } from '../../src/db/embedded/identity.ts';
import { databaseOutage, databaseOutageIn } from '../../src/domain/database-outage.ts';

const failure = (more: object, cause?: unknown) => Object.assign(new Error('it failed', { cause }), more);
const reasonIn = (error: unknown) => databaseOutageIn(error)?.reason ?? null;

test.each([
  ['25006', 'read only'],
  ['53100', 'no space left'],
  ['53200', 'no memory left'],
  ['53300', 'no free connection'],
  ['57014', 'too slow'],
  ['55P03', 'too slow'],
  ['57P03', 'starting or stopping'],
  ['08006', 'not reachable'],
  ['CONNECT_TIMEOUT', 'not reachable'],
  ['CONNECTION_CLOSED', 'not reachable'],
])(
  'T76: an error with the code %s says that the database is %s, also as the cause of another',
  (code, reason) => {
    expect(reasonIn(failure({ code }))).toBe(reason);
    expect(reasonIn(failure({ query: 'select 1' }, failure({ code })))).toBe(reason);
  },
);

test('T76: an embedded Postgres that a full disk keeps from starting has no space left', () => {
  const complaint = 'FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device';
  expect(databaseOutage(new EmbeddedPostgresError(complaint))?.reason).toBe('no space left');
  expect(databaseOutage(new EmbeddedPostgresError('its program does not run'))).toBeNull();
});

test('a refused connection is an outage of the database only when it ended a query', () => {
  const refused = failure({ code: 'ECONNREFUSED' });
  const ofSlack = failure({ code: 'slack_webapi_request_error' }, refused);
  expect(reasonIn(refused)).toBeNull();
  expect(reasonIn(ofSlack)).toBeNull();
  expect(reasonIn(failure({ query: 'select 1' }, refused))).toBe('not reachable');
  expect(databaseOutage(refused)?.reason).toBe('not reachable');
});

test.each(['23505', '42601', '22P02', '28P01', '3D000', 'EADDRINUSE', 'ENOENT', ''])(
  'a fault of another kind is none: %s',
  (code) => {
    expect(reasonIn(failure({ code, query: 'select 1' }))).toBeNull();
    expect(databaseOutage(failure({ code }))).toBeNull();
  },
);
