// Which columns of a table hold what, by the many ways in which programs and people head them.
import type { CsvRow } from '../../domain/csv.ts';

export const COLUMNS = ['email', 'first', 'last', 'name', 'groups', 'note', 'mode'] as const;
export type Column = (typeof COLUMNS)[number];

/** Headings without spaces, signs, accents and capitals: Excel's, Google's and Outlook's, in four languages. */
const HEADINGS: Record<Column, string> = {
  email:
    'email emails mail emailaddress emailadress mailaddress emailid workemail businessemail primaryemail email1value email1address emailadresse mailadresse adressemail adresseemail courriel correo correoelectronico direcciondecorreo direcciondecorreoelectronico',
  first:
    'first firstname firstnames givenname givennames given forename fname vorname vornamen prenom prenoms nombre nombres',
  last: 'last lastname lastnames surname familyname family lname nachname familienname zuname nom nomdefamille apellido apellidos',
  name: 'name fullname displayname contactname nomcomplet nombrecompleto vollstandigername',
  groups: 'groups group gruppen gruppe groupes groupe grupos grupo',
  note: 'note notes comment comments notiz notizen bemerkung remarque nota notas',
  mode: 'mode modus modo',
};
const BY_HEADING = new Map(
  COLUMNS.flatMap((column) => HEADINGS[column].split(' ').map((heading) => [heading, column] as const)),
);

const keyOf = (heading: string): string =>
  heading
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

export type Head = {
  /** The place of each column that is there, and its heading as it is written. */
  places: Map<Column, { at: number; heading: string }>;
  /** How many columns have a heading. */
  width: number;
  /** Headings that mean nothing here. */
  ignored: string[];
  /** Two headings of one meaning. */
  twice: [string, string] | null;
};

export function readHead({ cells }: CsvRow): Head {
  const headings = cells.map((cell) => cell.replace(/\s+/g, ' ').trim());
  const head: Head = { places: new Map(), width: 0, ignored: [], twice: null };
  for (const [at, heading] of headings.entries()) {
    if (heading === '') continue;
    head.width = at + 1;
    const column = BY_HEADING.get(keyOf(heading));
    const before = column && head.places.get(column);
    if (!column) head.ignored.push(heading);
    else if (before) head.twice ??= [before.heading, heading];
    else head.places.set(column, { at, heading });
  }
  return withGermanName(head);
}

/** Beside "Vorname", "Name" is the last name. */
function withGermanName(head: Head): Head {
  const name = head.places.get('name');
  if (!name || !head.places.has('first') || head.places.has('last')) return head;
  head.places.delete('name');
  head.places.set('last', name);
  return head;
}
