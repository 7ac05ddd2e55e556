// Reads the settings of how the portal looks, where it leads, and which terms it has.
import { z } from 'zod';
import { type BrandColor, brandColorOf } from '../domain/brand-color.ts';
import { type Logo, readLogo } from '../web/logo.ts';

type Environment = Record<string, string | undefined>;

export type BrandSettings = {
  logo: Logo | null;
  color: BrandColor | null;
  /** In the footer of each page. */
  links: readonly { name: string; url: string }[];
  termsUrl: string | null;
  /** Each developer agrees to this version before they use the portal. Null: they aren't asked. */
  termsVersion: string | null;
  privacyUrl: string | null;
};

const MAX_LINKS = 6;

const page = z
  .url({ protocol: /^https$/, error: 'the https:// URL of a page' })
  .max(500, 'at most 500 characters');
const linkName = z.string().trim().min(1).max(40);

const linksOf = (text: string): { name: string; url: string }[] =>
  text
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => ({
      name: one.split('=', 1)[0]?.trim() ?? '',
      url: one.slice(one.indexOf('=') + 1).trim(),
    }));

export const BRAND_SCHEMA = {
  LOGO_FILE: z.string().optional(),
  BRAND_COLOR: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^#[0-9a-f]{6}$/, 'a colour such as #1a56db')
    .optional(),
  PORTAL_LINKS: z
    .string()
    .transform(linksOf)
    .refine(
      (links) =>
        links.length <= MAX_LINKS &&
        links.every(({ name, url }) => linkName.safeParse(name).success && page.safeParse(url).success),
      `up to ${MAX_LINKS} links with commas between, each a name and an https:// URL: Docs=https://docs.example.com`,
    )
    .optional(),
  TERMS_URL: page.optional(),
  TERMS_VERSION: z
    .string()
    .trim()
    .max(50, 'at most 50 characters, such as 2026-11')
    .regex(/^[\p{L}\p{N} ._/-]+$/u, 'letters, digits, spaces and . _ / -, such as 2026-11')
    .optional(),
  PRIVACY_URL: page.optional(),
};

type Values = z.output<z.ZodObject<typeof BRAND_SCHEMA>>;

/** What a service doesn't set is as `byDefault`. The values have been checked. */
export function brandOf(values: Values, byDefault: BrandSettings = NO_BRAND): BrandSettings {
  const color = values.BRAND_COLOR && brandColorOf(values.BRAND_COLOR);
  return {
    logo: values.LOGO_FILE ? readLogo(values.LOGO_FILE) : byDefault.logo,
    color: color && 'light' in color ? color : byDefault.color,
    links: values.PORTAL_LINKS ?? byDefault.links,
    termsUrl: values.TERMS_URL ?? byDefault.termsUrl,
    termsVersion: values.TERMS_VERSION ?? byDefault.termsVersion,
    privacyUrl: values.PRIVACY_URL ?? byDefault.privacyUrl,
  };
}

export const NO_BRAND: BrandSettings = {
  ...{ logo: null, color: null, links: [] },
  ...{ termsUrl: null, termsVersion: null, privacyUrl: null },
};

/** One line for each problem. `suffix` ends the names of a service's own settings. */
export function findBrandProblems(env: Environment, suffix = ''): string[] {
  const [file, color] = [env[`LOGO_FILE${suffix}`], env[`BRAND_COLOR${suffix}`]?.trim().toLowerCase()];
  const problems: string[] = [];
  if (file) {
    try {
      readLogo(file);
    } catch (error) {
      problems.push(`LOGO_FILE${suffix}: ${error instanceof Error ? error.message : 'unusable'}`);
    }
  }
  const tones = color && /^#[0-9a-f]{6}$/.test(color) ? brandColorOf(color) : null;
  if (tones && 'nearest' in tones)
    problems.push(
      `BRAND_COLOR${suffix}: expected a colour that can be read on a light page and under white text, at 4.5 to 1; the nearest is ${tones.nearest}`,
    );
  if (env[`TERMS_VERSION${suffix}`] && !env[`TERMS_URL${suffix}`] && !env.TERMS_URL)
    problems.push(`TERMS_URL${suffix}: needed with TERMS_VERSION${suffix}, the page with these terms`);
  return problems;
}
