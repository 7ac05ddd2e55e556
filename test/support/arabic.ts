// Arabic, which is written from right to left: enough of it to see that layouts hold. What it lacks is English.
import { LANGUAGES, type Language, type Languages, type Text } from '../../src/languages/languages.ts';

const TEXTS: Partial<Record<Text, string>> = {
  'Sign in': 'تسجيل الدخول',
  'Sign up': 'إنشاء حساب',
  'Sign out': 'تسجيل الخروج',
  Email: 'البريد الإلكتروني',
  Password: 'كلمة المرور',
  'Forgot your password?': 'هل نسيت كلمة المرور؟',
  'Wrong email or password.': 'البريد الإلكتروني أو كلمة المرور غير صحيحة.',
  'No account yet? <link>Sign up</link>': 'ليس لديك حساب بعد؟ <link>إنشاء حساب</link>',
  'Questions? Write to {support}. {organization} never asks for a password or a key by mail.':
    'هل لديك أسئلة؟ اكتب إلى {support}. لا تطلب {organization} أبدًا كلمة مرور أو مفتاحًا عبر البريد.',
  'Hello {name}': 'مرحبًا {name}',
  'You are signed in as <b>{email}</b>.': 'أنت مسجّل الدخول باسم <b>{email}</b>.',
  Products: 'المنتجات',
  Subscriptions: 'الاشتراكات',
  'My subscriptions': 'اشتراكاتي',
  'My account': 'حسابي',
  Keys: 'المفاتيح',
  'Show the keys': 'إظهار المفاتيح',
  'Primary key': 'المفتاح الأساسي',
  'Secondary key': 'المفتاح الثانوي',
  Copy: 'نسخ',
  Show: 'إظهار',
  Hide: 'إخفاء',
  'Show password': 'إظهار كلمة المرور',
  'Hide password': 'إخفاء كلمة المرور',
  'Copy {what}': 'نسخ {what}',
  'the primary key': 'المفتاح الأساسي',
  'the secondary key': 'المفتاح الثانوي',
  'the command': 'الأمر',
  Language: 'اللغة',
  'Language: {name}': 'اللغة: {name}',
  State: 'الحالة',
  Active: 'نشط',
};

const ENGLISH_TEXTS = Object.fromEntries(
  Object.keys(LANGUAGES.de?.catalog?.texts ?? {}).map((text) => [text, text]),
);

const ARABIC: Language = {
  tag: 'ar',
  name: 'العربية',
  direction: 'rtl',
  catalog: { texts: { ...ENGLISH_TEXTS, ...TEXTS } as Record<Text, string>, mails: {} },
};

export const WITH_ARABIC: Languages = { ...LANGUAGES, ar: ARABIC };
