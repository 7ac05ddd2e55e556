// Parses a template's XHTML. Only known elements and attributes may be in it.
import { SaxesParser } from 'saxes';
import { rejectTemplate } from './reject-template.ts';

export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  line: number;
  children: XmlNode[];
};
export type XmlNode = XmlElement | string;

/** Templates of Azure API Management have 1,000 to 2,000 characters. */
export const MAX_XHTML_LENGTH = 30_000;
/** Mails nest tables in tables. */
const MAX_ELEMENT_DEPTH = 40;

/** Accepted and ignored: our design decides how a mail looks. */
const LAYOUT = [
  ...[
    'style',
    'class',
    'id',
    'title',
    'lang',
    'xml:lang',
    'dir',
    'role',
    'align',
    'valign',
    'width',
    'height',
  ],
  ...['bgcolor', 'color', 'face', 'size', 'border', 'cellpadding', 'cellspacing', 'colspan', 'rowspan'],
];
/** Each element, with the attributes that it may have besides the layout. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  ...{ html: ['xmlns'], head: [], title: [], meta: ['charset', 'name', 'content', 'http-equiv'], body: [] },
  ...{ div: [], center: [], table: [], thead: [], tbody: [], tfoot: [], tr: [], td: [], th: [] },
  ...{ p: [], h1: [], h2: [], h3: [], h4: [], h5: [], h6: [], blockquote: [], pre: [], hr: [] },
  ...{ ul: [], ol: ['start', 'type'], li: [] },
  ...{ a: ['href', 'target', 'rel'], br: [], strong: [], b: [], em: [], i: [], del: [], s: [], code: [] },
  ...{ span: [], font: [], u: [], small: [] },
};

/**
 * Reads XML with one root element, of at most 30,000 characters and 40 levels. Ignores case in names, and comments.
 * Errors: `template_invalid` for `body`, naming the line: malformed XML, an entity that is neither a number nor one of
 * XML's five, a document type other than `<!DOCTYPE html>`, a processing instruction, or an unknown element or attribute.
 */
export function readXml(source: string): XmlElement {
  if (source.length > MAX_XHTML_LENGTH)
    rejectTemplate('body', `The text is longer than ${MAX_XHTML_LENGTH} characters.`);
  // The parser throws a RangeError at half a surrogate pair, which is no character of XML.
  const half = source.search(/\p{Surrogate}/u);
  if (half !== -1)
    rejectTemplate(
      'body',
      `Line ${source.slice(0, half).split('\n').length} is not well-formed XML: it has half a character.`,
    );
  const parser = new SaxesParser();
  const top: XmlElement = { name: '', attributes: {}, line: 1, children: [] };
  const open = [top];
  let line = 1;
  const add = (node: XmlNode) => void open.at(-1)?.children.push(node);
  parser.on('error', ({ message }) => rejectTemplate('body', explainXmlError(message, parser.line)));
  parser.on('doctype', (type) => {
    // Azure's templates begin with it. Any other document type could define entities.
    if (!/^\s*html\s*$/i.test(type))
      rejectTemplate(
        'body',
        `Line ${parser.line} has a document type: <!DOCTYPE html> is the only one that may be there.`,
      );
  });
  parser.on('processinginstruction', ({ target }) =>
    rejectTemplate('body', `Line ${parser.line} has <?${target.slice(0, 40)}, which no mail needs.`),
  );
  parser.on('opentagstart', () => {
    line = parser.line;
  });
  parser.on('opentag', (tag) => {
    if (open.length > MAX_ELEMENT_DEPTH)
      rejectTemplate('body', `Line ${line}: the text is nested too deeply.`);
    const element = { name: tag.name.toLowerCase(), attributes: lowered(tag.attributes), line, children: [] };
    requireKnown(element);
    add(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(source).close();
  const [root] = top.children.filter((node) => typeof node !== 'string');
  if (!root) return rejectTemplate('body', 'There is no element in it.');
  return root;
}

const lowered = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]));

function requireKnown({ name, attributes, line }: XmlElement): void {
  const own = Object.hasOwn(ELEMENTS, name) ? ELEMENTS[name] : undefined;
  const shown = name.slice(0, 40);
  if (name === 'img')
    rejectTemplate(
      'body',
      `Line ${line} has <img>. Mails carry no images: they load from elsewhere and tell who reads.`,
    );
  if (!own)
    rejectTemplate('body', `Line ${line} has <${shown}>. Mails have ${Object.keys(ELEMENTS).join(', ')}.`);
  const other = Object.keys(attributes).find((one) => !own.includes(one) && !LAYOUT.includes(one));
  if (other !== undefined)
    rejectTemplate(
      'body',
      `Line ${line} has the attribute ${other.slice(0, 40)} at <${shown}>, which mails don’t have.`,
    );
}

/** Removes the line and column that the parser puts first. */
function explainXmlError(message: string, line: number): string {
  const reason = message
    .replace(/^\d+:\d+: /, '')
    .replace(/\.$/, '')
    .slice(0, 120);
  if (reason === 'undefined entity')
    return `Line ${line} has an entity that XML doesn’t know. Instead of &nbsp; and its like write a number: &#160;.`;
  return `Line ${line} is not well-formed XML: ${reason}.`;
}
