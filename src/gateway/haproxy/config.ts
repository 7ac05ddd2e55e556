// Prints a configuration of HAProxy that lets calls pass by the pushed maps, and makes the folder that it names.
import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_NAMES } from '../../domain/key-names.ts';
import { MAX_URI_LENGTH } from '../check/check-request.ts';
import { type CheckResponse, UNAVAILABLE } from '../check/check-response.ts';
import { prepareLuaFolder } from '../lua/folder.ts';
import { MAP_FILES, type MapFile, MOMENT, PLACES, UNCHANGED, USUAL } from './maps.ts';

export const ALIVE_TABLE = 'apim_user_alive';
/** By the side on which calls are counted. */
export const CALLS_TABLES = ['apim_user_calls_0', 'apim_user_calls_1'] as const;
export const RATES_TABLE = 'apim_user_rates';
/** The time until which calls may pass is kept in 32 bits: tenths of a second from the beginning of 2026. */
export const ENDS_FROM_MS = 1_767_225_600_000;
export const ALIVE_UNIT_MS = 100;

export type HaproxyConfigOptions = {
  /** Where the maps and Lua files are. */
  folder: string;
  /** Of the runtime socket: inside the folder, whose mode keeps others out. */
  socketPath?: string;
  /** How many kinds of calls, and how many windows of rates, can be counted at the same time. */
  counters?: number;
  listen?: string;
  upstream?: string;
  /** Where HAProxy teaches its next process what it counted, when it reloads. Only this machine reaches it. */
  peer?: string;
  /** A secret: HAProxy asks a process that connects there for nothing else. */
  peerName: string;
};

export const socketIn = (folder: string): string => join(folder, 'haproxy.sock');

/**
 * Makes the folder, or renews the files in it. HAProxy opens all of them before it gives up its rights as root. Gives the
 * name of its peer, which stays the same: under another name, a reload would lose what was counted.
 */
export async function prepareHaproxyFolder(folder: string): Promise<string> {
  await prepareLuaFolder(folder);
  for (const map of MAP_FILES) {
    const file = join(folder, `${map}.map`);
    const first = map === 'changes' ? UNCHANGED.map((pair) => `${pair.join(' ')}\n`).join('') : '';
    await writeFile(file, first, { mode: 0o600 });
    await chmod(file, 0o600);
  }
  const file = join(folder, 'peer-name');
  const newName = `apim_user_${randomBytes(16).toString('hex')}`;
  await writeFile(file, newName, { flag: 'wx', mode: 0o600 }).catch(ignoreExisting);
  return readFile(file, 'utf8');
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

export function haproxyConfig(options: HaproxyConfigOptions): string {
  const { listen = '*:8080', upstream = '127.0.0.1:9000' } = options;
  return `# A gateway that decides by itself whether a call may pass. The agent beside it feeds it: npm run gateway -- haproxy
# Without the agent it answers 503 after two seconds.
#
# Keep it from other users of this machine (mode 600): the name of the peer in it is a secret.
#
# This is a whole configuration, to try it: haproxy -W -f <this file>. If you have one, add the part between the first two
# lines of === to it as it is, and the part between the next two to each of your frontends that needs keys.
#
# Needs HAProxy 2.6 or later with Lua and PCRE2, as Debian has it: apt-get install haproxy

${globalPart(options)}
# Your own settings.
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout http-request 10s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h

frontend my_frontend
  bind ${listen}
  # Before the rules: a path without a key.
  # use_backend my_api if { path /health }
  # http-request allow if { path /health }

${rules(options)}
  default_backend my_api

# Your API. It gets X-Account-Id, X-Subscription-Id, X-Product-Id and X-Groups, never those of a client, and not the key.
backend my_api
  server api1 ${upstream}
`;
}

const LINE = '='.repeat(112);
/** Headers that only a gateway writes or reads. */
const PRIVATE_NAMES =
  '(x[-_](account|subscription|product)[-_]id|x[-_]groups([-_]cut)?|x[-_]gateway[-_]stale|ocp[-_]apim[-_]subscription[-_]key)';

function globalPart(options: HaproxyConfigOptions): string {
  const {
    folder,
    socketPath = socketIn(folder),
    counters = 1_000_000,
    peer = '127.0.0.1:10079',
    peerName,
  } = options;
  return `# ${LINE}
global
  # The agent's way in. Who can open this socket decides which calls pass. If the agent is another user than root, make
  # that user the owner of the folder, and add here: user <the user>
  stats socket ${socketPath} mode 600 level admin expose-fd listeners
  # A connection of the agent stays open.
  stats timeout 1h
  lua-load-per-thread ${join(folder, 'haproxy.lua')}
  # The name of this HAProxy in the section below, by which it lets its next process in. If you have a localpeer already, use
  # this name for it.
  localpeer ${peerName}

# A reload keeps what was counted, unless it follows within five seconds of a start or another reload. If the port is taken,
# choose another one.
peers apim_user_reload
  peer ${peerName} ${peer}

# Until when calls may pass (gpt0), and which share of each rate this gateway has (the gpc1-th of gpc0). The agent writes it
# twice a second; otherwise it goes away. Not with peers: a worker that a reload has replaced must forget it.
backend ${ALIVE_TABLE}
  stick-table type string len 8 size 4 expire 2s store gpt0,gpc0,gpc1

# Calls by subscription and key, API and outcome (gpc0), and how many of them the agent has taken (gpt0). HAProxy counts in one of the
# two while the agent empties the other one.
${CALLS_TABLES.map(
  (table) => `backend ${table}
  stick-table type string len 64 size ${counters} expire 1h store gpt0,gpc0 peers apim_user_reload`,
).join('\n')}

# Calls by subscription and window of its rate. No window is longer than 300 seconds.
backend ${RATES_TABLE}
  stick-table type string len 32 size ${counters} expire 301s store gpc0 peers apim_user_reload
# ${LINE}
`;
}

/** What the rules do is what domain/may-call.ts says; those that are hard to say here are judged in Lua. */
function rules({ folder }: HaproxyConfigOptions): string {
  const map = (name: MapFile) => join(folder, `${name}.map`);
  const key = KEY_NAMES.header;
  return `  # ${LINE}
  # Nothing passes without the agent. Its entry ends by the clock, and goes away by another clock that never jumps. So no call
  # passes by an old entry after a pause of this process, or after the clock was set back.
  http-request set-var(txn.apim_now) date(0,ms)
  acl apim_alive str(on),table_gpt0(${ALIVE_TABLE}),mul(${ALIVE_UNIT_MS}),add(${ENDS_FROM_MS}),sub(txn.apim_now) gt 0
  ${returned(UNAVAILABLE)} unless apim_alive

  # The most usual calls that pass: an active key in the usual header, for a product or one API, without dates or a rate of
  # its own; a plain address.
  http-request set-var(txn.apim_key) req.fhdr(${key}),sha2(256),bytes(0,16),hex
  http-request set-var(txn.apim_record) var(txn.apim_key),map_str(${map('keys')}) if { var(txn.apim_key),map_beg(${map('changes')}) -m len 1 }
  http-request set-var(txn.apim_token) path,concat(/),map_beg(${map('exact')})
  http-request set-var(txn.apim_rate) var(txn.apim_record),bytes(${PLACES.scope}),concat(/,txn.apim_token),map_str(${map('grants')})
  acl apim_granted var(txn.apim_rate) -m found
  acl apim_usual_key var(txn.apim_record) -m beg ${USUAL}
  acl apim_usual_api var(txn.apim_token) -m len 11
  acl apim_one_key req.fhdr_cnt(${key}) eq 1
  acl apim_plain path -m reg ^(/[A-Za-z0-9_.~!$&'()*+,:@=-]*[A-Za-z0-9_~!$&'()*+,:@=-])*/?$
  acl apim_short pathq -m len 1:${MAX_URI_LENGTH}
  http-request set-var(txn.apim_mark) var(txn.apim_key),bytes(0,6)
  http-request set-var(txn.apim_counter) var(txn.apim_record),bytes(${PLACES.tag}),concat(.,txn.apim_mark),concat(/,txn.apim_token,/passed) if apim_granted apim_usual_key apim_usual_api apim_one_key apim_plain apim_short
  acl apim_judged var(txn.apim_counter) -m found

  # All others. Lua sets the counter last, so without one it failed.
  http-request set-var(txn.apim_odd) bool(1) unless apim_judged
  acl apim_odd var(txn.apim_odd) -m found
  http-request lua.apim_user_judge if apim_odd
  ${returned(UNAVAILABLE)} unless apim_judged

  # Rates: calls are counted first and compared afterwards. Windows begin at whole multiples of their length since 1970.
  http-request set-var(txn.apim_seconds) var(txn.apim_rate),field(2,/) unless { var(txn.apim_rate) -m len 1 }
  acl apim_limited var(txn.apim_seconds) -m found
  http-request set-var(txn.apim_window) var(txn.apim_now),div(1000),div(txn.apim_seconds) if apim_limited
  http-request set-var(txn.apim_rank) str(on),table_gpc1(${ALIVE_TABLE}) if apim_limited
  http-request set-var(txn.apim_of) str(on),table_gpc0(${ALIVE_TABLE}) if apim_limited
  http-request set-var(txn.apim_most) var(txn.apim_rate),field(1,/),add(txn.apim_rank),div(txn.apim_of) if apim_limited
  http-request track-sc2 var(txn.apim_counter),bytes(0,11),concat(/,txn.apim_window) table ${RATES_TABLE} if apim_limited
  http-request sc-inc-gpc0(2) if apim_limited
  acl apim_within_rate sc_get_gpc0(2),sub(txn.apim_most) le 0
  http-request set-var(txn.apim_answer) str(rate_limited) if apim_limited !apim_within_rate
  acl apim_refused var(txn.apim_answer) -m found
  http-request set-var(txn.apim_counter) var(txn.apim_counter),field(1,/),concat(/,txn.apim_token,/rate_limited) if apim_limited apim_refused

  # Usage. What the agent says of this moment: the side on which calls are counted, and how old the facts are if not new.
  http-request set-var(txn.apim_moment) str(${MOMENT}),map_str(${map('apis')})
  acl apim_side_1 var(txn.apim_moment) -m beg 1
  http-request track-sc1 var(txn.apim_counter) table ${CALLS_TABLES[0]} unless apim_side_1
  http-request track-sc1 var(txn.apim_counter) table ${CALLS_TABLES[1]} if apim_side_1
  http-request sc-inc-gpc0(1)

  # Refusals. If the first line fails, the second still refuses.
  http-request lua.apim_user_refuse if apim_refused
  ${returned(UNAVAILABLE)} if apim_refused

  # What a program on the way could take for something else: an absolute address, another protocol than WebSocket, headers
  # that Connection has taken away, and _ for - in the names below.
  http-request set-uri %[pathq] unless { url -m beg / }
  acl apim_websocket req.hdr(Upgrade) -m str -i websocket
  http-request set-header Connection Upgrade if apim_websocket
  http-request set-header Upgrade websocket if apim_websocket
  http-request del-header Connection unless apim_websocket
  http-request del-header Upgrade unless apim_websocket
  http-request del-header ^(?=.*_)${PRIVATE_NAMES}$ -m reg

  # What your API learns. Lua has written its headers already.
  http-request set-header X-Account-Id %[var(txn.apim_record),bytes(${PLACES.ids}),field(3,|)] unless apim_odd
  http-request set-header X-Subscription-Id %[var(txn.apim_record),bytes(${PLACES.ids}),field(1,|)] unless apim_odd
  http-request set-header X-Product-Id %[var(txn.apim_record),bytes(${PLACES.ids}),field(2,|)] unless apim_odd
  http-request set-header X-Groups %[var(txn.apim_record),bytes(${PLACES.ids}),field(4,|)] unless apim_odd
  http-request del-header X-Groups-Cut unless apim_odd
  http-request del-header X-Gateway-Stale
  http-request set-header X-Gateway-Stale %[var(txn.apim_moment),field(2,|)] if { var(txn.apim_moment) -m len 3: }
  http-request del-header ${key}
  # ${LINE}
`;
}

/** A rule that gives this answer. */
function returned({ status, headers, body }: CheckResponse): string {
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : []));
  const own = pairs.filter(([name]) => name !== 'Content-Type' && name !== 'Content-Length');
  const words = own.map(([name, value]) => `hdr ${name} ${quoted(value ?? '')}`);
  return `http-request return status ${status} content-type application/json string ${quoted(body)} ${words.join(' ')}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
