// Emails as attackers write them, and as Slack and keyboards change them.

const char = (code: number) => String.fromCodePoint(code);
const KELVIN_SIGN = char(0x212a);
const DOTLESS_I = char(0x131);

/** An address of exactly `length` characters that is valid but for its length. */
export function addressOfLength(length: number): string {
  const labels = 'b'.repeat(60);
  const domain = `${labels}.${labels}.${labels}.example`;
  return `${'a'.repeat(length - domain.length - 1)}@${domain}`;
}

/**
 * Of these, people who paste one mean the email in it, and the reader of pastes takes it. What programs send is refused.
 */
export const READABLE_IN_A_PASTE = [
  'a display name',
  'angle brackets',
  'a mailto scheme',
  'NUL',
  'DEL',
  'LF at the end',
  'LF in front',
  'a right-to-left mark',
  'a right-to-left override',
  'a zero-width space',
  'a byte order mark in front',
  'a no-break space around it',
  'a soft hyphen',
  'a domain with a dot at the end',
];

/** By what is wrong; `parseEmailAddress` refuses each of them. */
export const HOSTILE_ADDRESSES: Record<string, string> = {
  nothing: '',
  'only spaces': '   ',
  'no @': 'ann.example.com',
  'nothing before the @': '@example.com',
  'nothing after the @': 'ann@',
  'two @': 'ann@example.com@evil.example',
  'two @ in a row': 'ann@@example.com',
  'two addresses with a comma': 'ann@example.com,bob@example.com',
  'two addresses with a semicolon': 'ann@example.com;bob@example.com',
  'two addresses with a space': 'ann@example.com bob@example.com',
  'a quoted local part': '"ann lee"@example.com',
  'a quoted local part that holds an @': '"ann@evil.example"@example.com',
  'a comment': 'ann(her work)@example.com',
  'a comment in the domain': 'ann@(evil)example.com',
  'a display name': 'Ann Lee <ann@example.com>',
  'angle brackets': '<ann@example.com>',
  'a mailto scheme': 'mailto:ann@example.com',
  NUL: `ann${char(0)}@example.com`,
  'CR LF and a header': 'ann@example.com\r\nBcc: bob@example.com',
  'LF at the end': 'ann@example.com\n',
  'LF in front': '\nann@example.com',
  'a tab inside': 'ann\t@example.com',
  DEL: `ann${char(0x7f)}@example.com`,
  'the Kelvin sign in the domain': `ann@${KELVIN_SIGN}ite.example`,
  'the Kelvin sign in the local part': `${KELVIN_SIGN}im@example.com`,
  'a dotless i in the domain': `ann@g${DOTLESS_I}thub.example`,
  'a dotless i in the local part': `m${DOTLESS_I}ke@example.com`,
  'full-width letters': `${char(0xff41)}nn@example.com`,
  'a full-width @': `ann${char(0xff20)}example.com`,
  'a full-width dot in the domain': `ann@example${char(0xff0e)}com`,
  'a right-to-left mark': `ann${char(0x200f)}@example.com`,
  'a right-to-left override': `ann@${char(0x202e)}moc.elpmaxe`,
  'a zero-width space': `ann${char(0x200b)}@example.com`,
  'a byte order mark in front': `${char(0xfeff)}ann@example.com`,
  'a no-break space around it': `${char(0xa0)}ann@example.com${char(0xa0)}`,
  'a soft hyphen': `an${char(0xad)}n@example.com`,
  'half of a surrogate pair': `ann${String.fromCharCode(0xd83d)}@example.com`,
  'a Cyrillic letter in a Latin domain': `ann@b${char(0x430)}nk.example`,
  'a domain of Cyrillic letters that look Latin': `ann@${char(0x440)}${char(0x430)}${char(0x443)}.example`,
  'letters beyond ASCII before the @': 'änn@example.com',
  '255 characters': addressOfLength(255),
  '256 characters': addressOfLength(256),
  'a million characters': `${'a'.repeat(1_000_000)}@example.com`,
  '65 characters before the @': `${'a'.repeat(65)}@example.com`,
  'a dot in front': '.ann@example.com',
  'a dot before the @': 'ann.@example.com',
  'two dots in a row': 'ann..lee@example.com',
  'a domain with a dot at the end': 'ann@example.com.',
  'a domain with a dot in front': 'ann@.example.com',
  'a domain without a dot': 'ann@localhost',
  'a label with a hyphen in front': 'ann@-example.com',
  'a label with a hyphen at the end': 'ann@example-.com',
  'a label of 64 characters': `ann@${'a'.repeat(64)}.com`,
  'an underscore in the domain': 'ann@ex_ample.com',
  'an IP address': 'ann@192.0.2.1',
  'an address literal': 'ann@[192.0.2.1]',
  'a port': 'ann@example.com:25',
  'a route through another host': '@evil.example:ann@example.com',
  markup: '<script>@example.com',
  'a Slack mention': '<!channel>@example.com',
};
