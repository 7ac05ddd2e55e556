// The email that a person most likely meant: `ann@gmial.com` is one slip of a finger away from `ann@gmail.com`.
import damerauLevenshtein from 'damerau-levenshtein';
import { canonicalEmail } from './email-address.ts';
import { domainOf } from './rule.ts';

/** Where many people have their mail. None of these is ever asked about, also when it is like another one. */
const MAIL_DOMAINS = [
  'gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.nl',
  'live.com live.nl live.fr live.co.uk msn.com icloud.com me.com mac.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr ymail.com',
  'rocketmail.com aol.com aim.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de',
  'freenet.de posteo.de mailbox.org arcor.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net ziggo.nl kpnmail.nl planet.nl',
  'hetnet.nl home.nl xs4all.nl telenet.be skynet.be proximus.be bluewin.ch libero.it comcast.net verizon.net att.net',
  'sbcglobal.net btinternet.com fastmail.com hey.com zoho.com tutanota.com tuta.io mail.com email.com inbox.com yandex.com',
  'yandex.ru mail.ru qq.com 163.com 126.com naver.com daum.net',
].flatMap((line) => line.split(' '));

/** A shorter name is like too many others. */
const SHORTEST_NAME = 5;
/** A long name may have two slips in it. */
const LONG_NAME = 8;

/**
 * The email with the domain that was most likely meant; null when its own is known, or like none. `known`: more domains
 * that are right, and may be meant.
 */
export function likelyEmail(email: string, known: readonly string[] = []): string | null {
  const canonical = canonicalEmail(email);
  if (canonical === null) return null;
  const typed = domainOf(canonical);
  const domains = [...MAIL_DOMAINS, ...known];
  if (domains.includes(typed)) return null;
  const [nearest] = domains
    .map((domain) => ({ domain, steps: slips(typed, domain) }))
    .filter(({ steps }) => steps < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.steps - other.steps);
  return nearest ? `${email.trim().split('@')[0]}@${nearest.domain}` : null;
}

/** How many slips make `typed` of `meant`. Infinite when they are too unlike, or both may well be right. */
function slips(typed: string, meant: string): number {
  const [typedName, typedEnd] = split(typed);
  const [name, end] = split(meant);
  if (name.length < SHORTEST_NAME) return Number.POSITIVE_INFINITY;
  const inName = steps(typedName, name);
  const inEnd = steps(typedEnd, end);
  // Companies have one name under many countries: `hotmail.be` is no slip for `hotmail.de`.
  const isOtherCountry = inEnd > 0 && (end !== 'com' || inEnd > 1);
  const allowed = inEnd > 0 ? 1 : name.length >= LONG_NAME ? 2 : 1;
  return isOtherCountry || inName > allowed ? Number.POSITIVE_INFINITY : inName + inEnd;
}

const steps = (one: string, other: string): number => damerauLevenshtein(one, other).steps;

function split(domain: string): [name: string, end: string] {
  const at = domain.indexOf('.');
  return [domain.slice(0, at), domain.slice(at + 1)];
}
