// Every regular expression of the bot takes time in proportion to its text, whatever the text is.

import assert from "node:assert/strict";
import { SELECT } from "../lib/profiles/profile.ts";
import { leastMs } from "./helpers/least_ms.ts";
import { expressionsOf, readExpressions } from "./helpers/expressions.ts";

const SIZE = 64 * 1024;
const MOST_MS = 20;

/** `before`, then `pumped` as often as it fits into 64 KiB, then `after`. */
type Pump = readonly [before: string, pumped: string, after?: string];

/**
 * The texts that give each expression the most to do: what it takes as a repetition, and an end that
 * makes it fail, beside what ALWAYS holds. An expression that is not here fails the test: think what
 * its worst text is, and write it down.
 */
const WORST: Readonly<Record<string, readonly Pump[]>> = {
  "lib/bot/admin.ts new RegExp(`^${prefix}(.+)$`)": [["resend:", "x", "\n"]],
  "lib/bot/lead_commands.ts /^leads:/": [["", "leads:"]],
  "lib/bot/lead_lists.ts /^[№#]? ?(\\d{1,15})$/": [["№ ", "1"]],
  "lib/bot/lead_lists.ts /[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/g": [["", "\u200e"], [
    "",
    "a",
  ]],
  "lib/bot/lead_lists.ts /^[«\"'“„]|[»\"'”“]$/g": [["", "'"], ["", "a'"]],
  "lib/bot/lead_lists.ts /^(?:https?:\\/\\/)?(?:t|telegram)\\.me\\/(\\w{1,64})$/i": [[
    "t.me/",
    "a",
  ]],
  "lib/managers/lead_list_texts.ts /^(all|open):([<>]?)(\\d{0,15})$/": [["all:<", "1"]],
  "lib/bot/visitor.ts /^[A-Za-z0-9-]{1,35}$/": [["", "a-"]],
  "lib/bot/visitor.ts /^\\w{1,64}$/": [["", "a_"]],
  "lib/telegram/http.ts /\\/(send|copy|forward)[A-Za-z]*$/": [["", "/send"], ["/send", "a", "!"]],
  "lib/profiles/button_texts.ts /\\p{Default_Ignorable_Code_Point}/gu": [["", "\u200b"], [
    "",
    "a\u200b",
  ]],
  "lib/profiles/button_texts.ts /\\s+/g": [["", " "], ["", "a "]],
  "lib/telegram/failures.ts /(?<![a-z ])[a-z ]*\\(os error \\d+\\)|dns error|timed out|connection closed|certificate|reset/i":
    [["", "a "], ["", "a (os error "], ["", "(os error 1"], ["(os error ", "1", "!"], [
      "",
      "a",
      " (os error 1",
    ]],
  "lib/profiles/photos/name.ts /^[0-9a-f]{64}\\.(?:jpg|png|webp)$/": [["", "a"]],
  'lib/page/multipart.ts /^multipart\\/form-data;\\s*boundary=(?:"([^"]{1,70})"|([^\\s";]{1,70}))$/i':
    [["multipart/form-data;", " "], ["multipart/form-data; boundary=", "a"]],
  "lib/page/multipart.ts /^content-disposition: ?form-data;(.*)$/im": [
    ["content-disposition: form-data;", "a"],
    ["", "content-disposition:\n"],
  ],
  'lib/page/multipart.ts / name="([^"]*)"/': [["", " name="], [' name="', "a"]],
  'lib/page/multipart.ts / filename="/': [["", " filename="]],
  "lib/page/steps.ts /^\\/profiles\\/[^/]+(\\/photo)?$/": [["/profiles/", "a"], [
    "/profiles/a",
    "/photo",
  ]],
  "lib/telegram/failures.ts /wrong (remote )?file|file_reference/i": [["", "wrong remote "], [
    "",
    "file_referenc",
  ]],
  "lib/profiles/link_word.ts /^[\\w-]+$/": [["", "a-", "!"]],
  "lib/phone.ts /^\\d{7,15}$/": [["", "1"]],
  "lib/phone.ts /^\\+?[\\d\\s().-]{7,40}$/": [["", "1 "], ["+", "-"]],
  "lib/work_hours.ts /[‐‑‒–—−]/g": [["", "–"], ["", "-"]],
  "lib/phone.ts /\\D/g": [["", " "], ["", "1 "]],
  "lib/phone.ts /^[78]\\d{10}$/": [["8", "1"]],
  "lib/phone.ts /^9\\d{9}$/": [["9", "1"]],
  "lib/phone.ts /^89\\d{9}$/": [["89", "1"]],
  "lib/phone.ts /\\p{Cf}/gu": [["", "\u200e"], ["", "1"]],
  "lib/phone.ts /[\\p{Pd}\\u2212]/gu": [["", "–"], ["", "1"]],
  "lib/profiles/phone_edits.ts /^\\d+(\\.\\d+)?$/": [["", "1", "!"], ["1.", "1", "!"]],
  "lib/profiles/managers_chat.ts /^[−–—]/": [["", "−"]],
  "lib/profiles/managers_chat.ts /^-?\\d{1,16}$/": [["-", "1"]],
  "routes/words/own_chat_faults.ts /^найдено (\\S+) в кавычках, нужен id группы .*$/": [[
    "найдено ",
    "1",
  ]],
  "routes/words/own_chat_faults.ts /^найдено (\\S+), нужен id группы .*$/": [["найдено ", ","]],
  "routes/words/own_chat_faults.ts /^найден \\S+, нужен id группы .*$/": [["найден ", ","]],
  "routes/words/own_chat_faults.ts /^найдено (\\S+) в кавычках, нужен номер темы .*$/": [[
    "найдено ",
    "1",
  ]],
  "routes/words/own_chat_faults.ts /^найдено (\\S+), нужен номер темы .*$/": [["найдено ", ","]],
  "routes/words/own_chat_faults.ts /^найден \\S+, нужен номер темы .*$/": [["найден ", ","]],
  "routes/words/own_chat_faults.ts /^нет managers_chat_id, .*$/": [[
    "нет managers_chat_id, ",
    "a",
    "\n",
  ]],
  "lib/bot/menu.ts new RegExp(`^${SELECT}`)": [["", "select"]],
  "lib/managers/cards.ts /(@?\\{username\\}|\\{message\\})/": [["", "@{username"], ["", "@"], [
    "",
    "{message",
  ]],
  "lib/message_link.ts /^-100(\\d+)$/": [["-100", "1", "x"]],
  "lib/app/config.ts /^(1|true)$/i": [["", "1"], ["", "true"]],
  "lib/app/config_values.ts /\\/bot\\d+:/": [["", "/bot1"], ["/bot", "1", "!"]],
  "lib/app/config_values.ts /\\d:[\\w-]{8,}/": [["", "1"], ["", "1:aaaaaaa!"]],
  "lib/app/config_values.ts /^-?\\d+$/": [["-", "1", "!"]],
  "lib/app/config_values.ts /^[\\w.:-]+$/": [["", "a.", "!"]],
  "lib/app/config_values.ts /^\\d+$/": [["", "1", "!"]],
  "lib/app/config_values.ts /^\\d+(\\.\\d+)?$/": [["", "1", "!"], ["1.", "1", "!"]],
  "lib/app/config_values.ts /^\\d+:[\\w-]+$/": [["", "1"], ["1:", "a", "!"]],
  "lib/app/config_values.ts /^\\d/": [["", "1"]],
  "lib/app/unknown_variables.ts /^[A-Z0-9_]{1,60}$/": [["", "A", "!"]],
  "lib/app/webhook_config.ts /^[A-Za-z0-9_-]{16,256}$/": [["", "a", "!"]],
  'lib/crm/secrets.ts /[&<>"]/g': [["", "&"], ["", "a"]],
  "lib/crm/secrets.ts /[\\r\\n]+/": [["", "\n"], ["", "a\n"]],
  "lib/crm/outcome.ts /(?<![a-z\\d+.-])[a-z\\d+.-]*:\\/\\/[^\\s)]*/gi": [
    ["", "a."],
    ["", "a-1+"],
    ["", "a://"],
    ["", "a:// "],
    ["", "a:/"],
  ],
  "lib/crm/answer.ts /[\\p{Cc}\\s]+/gu": [["", "\u0000 "], ["", "a "]],
  "lib/telegram/failures.ts /USER_DEACTIVATED/": [["", "USER_"]],
  "lib/telegram/failures.ts /blocked by the user/i": [["", "blocked by the "]],
  "lib/telegram/failures.ts /can't initiate conversation/i": [["", "can't initiate "]],
  "lib/telegram/failures.ts /chat not found/i": [["", "chat not "]],
  "lib/telegram/failures.ts /user is deactivated/i": [["", "user is "]],
  "lib/visitors/answer_refusals.ts /^missing files: (\\d+)$/": [["missing files: ", "1", "!"]],
  "lib/bot/answers.ts /^\\/([\\p{L}\\p{N}_]{1,64})(?:@(\\w{1,64}))?(?![\\p{L}\\p{N}_/])/u": [
    ["/", "a"],
    ["/a@", "a"],
    ["", "/a@a"],
  ],
  "lib/bot/answers.ts /^[:,.;]+/": [["", ":"]],
  "lib/bot/answers.ts /^to:/": [["", "to"]],
  "lib/bot/block_commands.ts /^(?:un)?block[:_]/": [["", "un"], ["", "block"]],
  "lib/managers/answer_texts.ts /^(\\d{1,15}):(-|\\d{1,15}:[\\da-f]{8})$/": [
    ["", "1", ":a"],
    ["1:1:", "a"],
    ["", "1:"],
  ],
  "lib/telegram/failures.ts /webhook/": [["", "webhoo"]],
  "lib/telegram/failures.ts /message is not modified/i": [["", "message is not "]],
  "lib/telegram/failures.ts /message to edit not found/i": [["", "message to edit "]],
  "lib/telegram/failures.ts /message can't be edited/i": [["", "message can't be "]],
  "lib/telegram/failures.ts /group chat was upgraded/i": [["", "group chat was "]],
  "lib/telegram/failures.ts /not found/i": [["", "not foun"]],
  "lib/telegram/failures.ts /(user|member) not found/i": [["", "user member not foun"]],
  "lib/telegram/failures.ts /can't be (copied|forwarded)/i": [["", "can't be "]],
  "lib/telegram/failures.ts /no messages to/i": [["", "no messages "]],
  "lib/telegram/failures.ts /too long/i": [["", "too "]],
  "lib/telegram/failures.ts /MESSAGE_ID_INVALID/i": [["", "MESSAGE_ID_"]],
  "lib/journal/erasure.ts /[\\p{L}\\p{N}_]/u": [["", "!"]],
  "lib/journal/postgres/address.ts /^[a-z_][a-z0-9_]*$/": [["", "a"], ["a", "a", "!"]],
  "lib/journal/search_words.ts /[%_\\\\]/g": [["", "%_\\"]],
  "lib/journal/search_words.ts /\\s+/": [["", "a "], ["", " ", "a"]],
  "lib/journal/search_words.ts /^[\\x20-\\x7e]*$/": [["", "a", "я"]],
  "lib/log/mask.ts /(?<!\\d)\\d{5,}:[\\w-]{30,}/g": [["", "1"], ["", "1", ":"], ["", "12345:"], [
    "",
    "12345:aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  ], ["12345:", "a"]],
  "lib/log/mask.ts /[?&=]/": [["", "?&="]],
  "lib/log/mask.ts /^\\s*[a-z]+:\\/\\/[^/?#]*([^?#]*)(\\?[^#]*)?/i": [
    ["", " ", "!"],
    ["", "a", ":/"],
    ["a://", "a"],
    ["a://x/", "a", "?#"],
    ["a://x/?", "a"],
  ],
  "lib/log/one_line.ts /(\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{2,6}\\u{E007F})|(?![\\u200c\\u200d])[\\p{Cc}\\p{Cf}\\p{Cs}]/gu":
    [
      ["", "\ud83c\udff4"],
      ["", "\ud83c\udff4\udb40\udc67"],
      ["", "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc62"],
      ["", "\u001b"],
      ["", "\u200d"],
    ],
  "lib/log/one_line.ts /[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]/u": [["", "a"], ["", "🔥"]],
  "lib/log/one_line.ts /[\\r\\n\\u2028\\u2029]/": [["", "a"]],
  "lib/log/one_line.ts /\\s+/g": [["", " ", "a"], ["", " \n"]],
  "lib/managers/texts.ts /^(\\d+):([\\da-f]{8})$/": [["", "1", ":a"], ["1:", "a"]],
  "lib/page/server/request.ts /^(?:[\\w.-]+|\\[[\\da-f:.]+\\])(?::\\d{1,5})?$/i": [
    ["", "a.", "!"],
    ["[", "a:", "!"],
    ["a:", "1", "!"],
  ],
  "lib/page/server/request.ts /^(connect|trace|track)$/i": [["", "trace"]],
  "lib/page/server/request.ts /^https?:\\/\\/([^/?#]*)(.*)$/i": [
    ["http://", "a", "\n"],
    ["http://a/", "b", "\n"],
  ],
  "lib/profiles/schema.ts /\\{\\w*\\}/g": [["", "{"], ["", "{a"], ["{", "a", "!"]],
  "lib/profiles/checks.ts /^[\\w-]+$/": [["", "a-", "!"]],
  "lib/profiles/language.ts /^[a-z]{2,3}(-[a-z\\d]{2,8})*$/i": [["en", "-aa", "!"], [
    "en",
    "-aaaaaaaa",
    "a!",
  ]],
  "lib/profiles/edits.ts /^\\d+(\\.\\d+)?$/": [["", "1", "!"], ["1.", "1", "!"]],
  "lib/profiles/file.ts /[\\\\/][^\\\\/]*$/": [["", "/a", "/\n/"], ["/", "a", "\\"]],
  "lib/profiles/file.ts /\\/[^/]*$/": [["", "/a", "/"], ["/", "a"]],
  "lib/profiles/translations.ts /^[\\w-]+\\./": [["", "a", "!"]],
  "lib/profiles/translations.ts /^step1\\.buttons\\[(\\d+)\\]/": [["step1.buttons[", "1", "!"]],
  "lib/telegram/noted_sends.ts /^(send(?!ChatAction)|copy|forward)/": [["", "sendChatActio"]],
  "lib/telegram/send_pace.ts /^(send(?!ChatAction)|copy|forward|editMessage)/": [[
    "",
    "sendChatActio",
  ]],
  "lib/telegram/send_retries.ts /^(send|copy|forward)/": [["", "sen"]],
  "lib/release/agreement.ts /^(0|[1-9]\\d{0,8})$/": [["", "1"]],
  "lib/release/agreement.ts /^\\d{4}-\\d\\d-\\d\\d$/": [["", "1"]],
  "lib/standins/fresh.ts /<body[\\s>]/": [["", "<body"]],
  "lib/standins/fresh.ts /<head[\\s>]/": [["", "<head"]],
  "lib/standins/fresh.ts /<html[\\s>]/": [["", "<html"]],
  "lib/standins/fresh.ts /[*:{}+?()]/": [["", "a"]],
  "lib/standins/fresh.ts /\\/+/g": [["", "/", "a"], ["", "a/"]],
  "lib/standins/fresh.ts /^\\/?\\*?$/": [["", "/*"]],
  "lib/profiles/text_diff.ts /[\\p{L}\\p{N}_]+|\\s+|[^\\p{L}\\p{N}_\\s]/gu": [["", "a ."], [
    "",
    "a",
  ], [
    "",
    " ",
  ]],
  "lib/profiles/text_diff.ts /^[^\\S\\n]+$/": [["", " ", "\n"]],
  "lib/visitors/texts.ts /[\\uD800-\\uDBFF]$/": [["", "\ud83d", "!"]],
  "lib/visitor_name.ts /[^\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Cc}\\p{Cf}\\p{Cs}\\u2800\\ufffd]/u":
    [["", " "], ["", "\u200b\u2800"]],
  "lib/app/backup.ts /\\.db$/": [["", ".d"], ["", ".db", "!"]],
  "lib/app/backup.ts /^.*[\\\\/]/": [["", "a"], ["", "a", "\n/"]],
  "lib/journal/sqlite/backups.ts /^triborg-(\\d{4})-(\\d\\d)-(\\d\\d)\\.db$/": [[
    "",
    "triborg-2026-01-01.db",
  ]],
  "lib/journal/sqlite/backups.ts /^triborg-(\\d{8}-\\d{6})\\.db$/": [[
    "",
    "triborg-20260101-010101.db",
  ]],
  "lib/page/compression.ts /\\bgzip\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))/": [
    ["", "gzip", " ;q=0"],
    ["", "gzip ;q=0.0 ", "x"],
    ["gzip", " ", ";"],
    ["gzip;", " ", "q=0!"],
    ["gzip;q=0.", "0", "!"],
    ["gzip;q=0", " ", "!"],
  ],
  "lib/page/form.ts /\\r\\n?/g": [["", "\r\n"], ["", "\r"]],
  'lib/page/security.ts /^"|"$/g': [["", '"']],
  "lib/page/security.ts /^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}$/": [["", "1."], [
    "",
    "1",
  ]],
  "lib/page/security.ts /^([\\d.]+):\\d+$/": [["", "1."], ["1:", "1", "!"]],
  "lib/page/security.ts /^\\[::ffff:([\\da-f]+):([\\da-f]+)\\]$/": [
    ["[::ffff:", "a", "!"],
    ["[::ffff:a:", "a", "!"],
  ],
  "lib/page/security.ts /^\\[([^\\]]*)\\]/": [["", "["], ["[", "a"]],
  "lib/page/steps.ts /^\\/(menu|profiles\\/[^/]+(\\/languages\\/[^/]+)?)$/": [[
    "/profiles/",
    "a",
    "//",
  ], ["/profiles/a/languages/", "a", "/"]],
  "lib/profiles/webhook_address.ts /^[a-z][a-z\\d+.-]*:\\/\\/[^\\\\\\s]+$/i": [["", "a", "!"], [
    "a://",
    "a",
    " ",
  ]],
  "lib/profiles/webhook_address.ts /^\\s*https?:\\/\\/(?:[^/?#]*@)?([^/?#\\s]*)/i": [
    ["", " ", "!"],
    ["http://", "a", "/"],
    ["http://", "@"],
    ["http://", "a@", "/"],
  ],
  "routes/components/form_faults.ts /^crm\\.(\\w+)/": [["crm.", "a"]],
  "routes/crm_secrets.ts /^(?:Basic|Bearer|OAuth|Token) +/i": [["Bearer", " "], ["", "Bearer"]],
  "routes/crm_secrets.ts /^amo(_|$)/": [["", "amo"]],
  "routes/components/form_faults.ts /^step1\\.buttons\\[(\\d+)\\]/": [["step1.buttons[", "1", "!"]],
  "routes/components/form_faults.ts /^step2\\.choices\\.(.+)$/": [["step2.choices.", "a", "\n"]],
  "routes/components/languages.ts /^[a-z]{2,3}(-[a-z\\d]{2,8})*$/": [["en", "-aa", "!"], [
    "en",
    "-aaaaaaaa",
    "a!",
  ]],
  'routes/lead.tsx /^\\/leads(?:\\/\\d+)?(?:\\?[!"$-~]*)?$/': [["/leads/", "1", "!"], [
    "/leads?",
    "a",
    " ",
  ]],
  "routes/lead.tsx /^\\d{1,15}$/": [["", "1"]],
  "routes/lead_query.ts /^\\d{1,15}$/": [["", "1"]],
  "routes/lead_query.ts /^\\d{4}-\\d\\d-\\d\\d$/": [["", "2026-01-01"]],
  'routes/leads_csv.ts /[;,"\\r\\n\\t]/': [["", "a"]],
  "routes/login.tsx /^\\/+/": [["", "/", "a"]],
  "routes/profile_list.tsx /(?<!\\d)\\d+$/": [["", "1", "a"], ["", "1a"]],
  "routes/words/faults.ts /^база данных не отвечает$/": [["", "база данных не отвечает "]],
  "routes/words/faults.ts /^байт (\\d+), нужно от 1 до (\\d+)$/": [["байт ", "1", "!"], [
    "байт 1, нужно от 1 до ",
    "1",
    "!",
  ]],
  "routes/words/faults.ts /^вместе с самым длинным выбором символов (\\d+), нужно не больше (\\d+)$/":
    [["вместе с самым длинным выбором символов ", "1", "!"], [
      "вместе с самым длинным выбором символов 1, нужно не больше ",
      "1",
      "!",
    ]],
  "routes/words/faults.ts /^слово не годится для ссылки, нужно от 1 до (\\d+) символов .*$/": [[
    "слово не годится для ссылки, нужно от 1 до ",
    "1",
    "!",
  ], [
    "слово не годится для ссылки, нужно от 1 до 1 символов ",
    "a",
    "\n",
  ]],
  "routes/words/faults.ts /^кнопок (\\d+), нужно не больше (\\d+)$/": [["кнопок ", "1", "!"], [
    "кнопок 1, нужно не больше ",
    "1",
    "!",
  ]],
  "routes/words/faults.ts /^найден текст, нужно число секунд$/": [[
    "",
    "найден текст, нужно число",
  ]],
  "routes/words/faults.ts /^найдено (\\S+), нужно число секунд от (\\d+) до (\\d+)$/": [[
    "найдено ",
    "a,",
    " ",
  ], ["найдено a, нужно число секунд от ", "1", "!"]],
  "routes/words/faults.ts /^найдено (\\{.*\\}), можно только (\\S+) и (\\S+)$/": [
    ["найдено {", "}, можно только a и "],
    ["найдено {", "}, можно только ", "\n"],
    ["найдено {}, можно только ", "a", "\n"],
  ],
  "routes/words/faults.ts /^найдено «(.+)», но select_ бывает только у кнопок меню$/": [[
    "найдено «",
    "», но select_ ",
  ], ["найдено «", "», но select_ бывает только у кнопок меню", "\n"]],
  "routes/words/faults.ts /^найдено «(.+)», нужно select_<профиль> из этого файла$/": [[
    "найдено «",
    "», нужно select_ ",
  ], ["найдено «", "», нужно select_<профиль> из этого файла", "\n"]],
  "routes/words/faults.ts /^найдено «([^]+)» второй раз, уже есть в ([^]+)$/": [
    ["найдено «", "a"],
    ["найдено «a", "» второй раз, уже есть в "],
    ["найдено «a", "» второй раз, уже есть в ", "\n"],
  ],
  "routes/words/faults.ts /^найдено «select_[^]+» второй раз, уже есть в [^]+$/": [
    ["найдено «select_a", "» второй раз, уже есть в "],
    ["найдено «select_", "a"],
    ["найдено «select_a", "» второй раз, уже есть в ", "\n"],
  ],
  "routes/words/faults.ts /^нет (\\S+) и (\\S+), нужен текст с \\S+ и \\S+$/": [
    ["нет ", "a", "\n"],
    ["нет a и b, нужен текст с ", " и "],
    ["нет a и b, нужен текст с ", "a и ", "\n"],
  ],
  "routes/words/faults.ts /^нет (\\S+), нужен текст с .+$/": [["нет ", ",", " "], [
    "нет a, нужен текст с ",
    "a",
    "\n",
  ]],
  "routes/words/faults.ts /^нет ни одной кнопки, нужно от 1 до (\\d+)$/": [[
    "нет ни одной кнопки, нужно от 1 до ",
    "1",
    "!",
  ]],
  "routes/words/faults.ts /^нет, нужно значение$/": [["", "нет, нужно значение"]],
  "routes/words/faults.ts /^первой нужна буква$/": [["", "первой нужна буква"]],
  "routes/words/faults.ts /^пусто, нужен текст от 1 до (\\d+) символов$/": [[
    "пусто, нужен текст от 1 до ",
    "1",
    "!",
  ]],
  "routes/words/faults.ts /^пусто, нужно слово для ссылки$/": [["", "пусто, нужно слово "]],
  "routes/words/faults.ts /^символов (\\d+), нужно не больше (\\d+)$/": [["символов ", "1", "!"], [
    "символов 1, нужно не больше ",
    "1",
    "!",
  ]],
  "routes/words/faults.ts /^такое слово для ссылки занято, нужно другое$/": [[
    "",
    "такое слово для ссылки занято, ",
  ]],
  "routes/words/faults.ts /^это служебный адрес машины, CRM на нём не бывает$/": [[
    "",
    "это служебный адрес ",
  ]],
  "routes/words/faults.ts /^этот профиль уже есть в меню$/": [["", "этот профиль "]],
  "routes/words/faults.ts new RegExp(`^найден адрес с логином, ${ADDRESS_RU}$`)": [[
    "",
    "найден адрес с логином, ",
  ]],
  "routes/words/faults.ts new RegExp(`^найдена схема «(.+)», ${ADDRESS_RU}$`)": [[
    "найдена схема «",
    "» ",
  ], ["найдена схема «", "», нужен адрес http:// или https:// без логина и пароля", "\n"]],
  "routes/words/faults.ts new RegExp(`^не похоже на адрес, ${ADDRESS_RU}$`)": [[
    "",
    "не похоже на адрес, нужен адрес http://",
  ]],
  "lib/profiles/crm_account.ts /^[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?\\.(?:amocrm\\.ru|kommo\\.com)$/i":
    [["", "a"], ["", "a-", ".amocrm.ru!"]],
  "lib/profiles/crm_account.ts /^\\s*https?:\\/\\//i": [["", " ", "http:/"]],
  "lib/profiles/crm_schema.ts /^[1-9]\\d{0,14}$/": [["", "1", "!"]],
  "lib/profiles/crm_schema.ts /^(?=.{1,255}$)\\d*[A-Za-z_]\\w*$/": [["", "1"], ["", "a"]],
  "lib/profiles/crm_schema.ts /[-_]/g": [["", "-_"]],
  "lib/profiles/crm_values.ts /^[\\w-]{1,24}$/": [["", "a-"]],
  "lib/profiles/header_checks.ts /^[!#$%&'*+.^_`|~\\dA-Za-z-]{1,64}$/": [["", "a!"]],
  "lib/profiles/header_checks.ts /\\p{Cc}/u": [["", "a"]],
  "lib/profiles/header_checks.ts /[^\\0-\\xff]/": [["", "a"]],
  "lib/profiles/nearest_word.ts /[-.]/g": [["", "-."]],
  "lib/profiles/placeholders.ts /\\{([\\p{L}_][\\p{L}\\p{N}_.:-]*)\\}/gu": [
    ["", "{"],
    ["", "{a"],
    ["{", "a.", "!"],
  ],
  "lib/profiles/preset_address.ts /^(https?:\\/\\/[^/?#]+\\/rest\\/\\d+\\/[A-Za-z\\d]+)(?:\\/[\\w.]*)?$/i":
    [
      ["http://", "a", "?"],
      ["http://a/rest/", "1", "!"],
      ["http://a/rest/1/", "a", "!"],
      ["http://a/rest/1/a/", "a.", "!"],
      ["http://", "a/rest/1/a/"],
    ],
  "lib/profiles/preset_address.ts /^https:\\/\\/script\\.google\\.com\\/(?:macros|a\\/macros\\/[\\w.-]+|a\\/[\\w.-]+\\/macros)\\/s\\/[\\w-]+\\/exec(?:\\?[^#\\s]*)?$/i":
    [
      ["https://script.google.com/a/macros/", "a."],
      ["https://script.google.com/a/", "a.", "/macro"],
      ["https://script.google.com/macros/s/", "a-", "/exe"],
      ["https://script.google.com/macros/s/a/exec?", "a", "#"],
    ],
  "lib/profiles/secret_reference.ts /\\{secret:([a-z][a-z0-9_]{0,63})\\}/g": [
    ["", "{secret:"],
    ["", "{secret:a"],
    ["{secret:", "a", "}"],
  ],
  "lib/profiles/secret_reference.ts /^\\{secret:[^{}]*\\}$/": [["{secret:", "a"], ["", "{secret:"]],
  "lib/profiles/webhook_schema.ts /^(?=.{1,253}$)(?:[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?\\.)+[a-z][a-z\\d-]{0,61}[a-z\\d]$/i":
    [["", "a."], ["", "a-"], ["", "a"]],
  "routes/words/faults.ts /^нет адреса вебхука$/": [["", "нет адреса вебхука"]],
  "lib/crm/amocrm/errors.ts /^\\d+$/": [["", "1", "!"]],
  "lib/crm/amocrm/lead_request.ts /^\\d+$/": [["", "1", "!"]],
  "lib/crm/amocrm/token.ts /^[\\w-]+$/": [["", "a-", "!"]],
  "lib/crm/answer_words.ts /[\\s<>]+/": [["", "<>"], ["", "a "]],
  "lib/crm/retry_after.ts /^\\d+$/": [["", "1", "!"]],
  "lib/crm/signing.ts /^whsec_[A-Za-z\\d+/]+={0,2}$/": [["whsec_", "a", "!"], ["whsec_a", "="]],
  "lib/crm/template.ts /^\\{([a-z_]+)\\}$/": [["{", "a"], ["", "{a"]],
  "lib/profiles/menu_translations.ts /^[\\w-]+\\./": [["", "a-"]],
  "lib/profiles/menu_translations.ts /^buttons\\[(\\d+)\\]/": [["buttons[", "1", "!"]],
  "lib/profiles/network_address.ts /\\.$/": [["", "."], ["", ".", "a"]],
  "lib/profiles/network_address.ts /^\\[|\\]$/g": [["", "["], ["", "]", "a"]],
  "lib/profiles/network_address.ts /^\\d+(\\.\\d+){3}$/": [["", "1", "!"], ["1.1.", "1", "!"], [
    "1.1.1.1",
    "1",
    "!",
  ]],
  "lib/page/page.ts /^(127\\..*|0\\.0\\.0\\.0|::1?|localhost)$/": [["127.", "1", "\n"]],
  "routes/components/isolated.tsx /[\\u202a-\\u202e\\u2066-\\u2069]/g": [["", "\u202e"], ["", "a"]],
  "routes/leads_csv.ts /^[=+\\-@]/": [["", "="]],
  "routes/leads_csv.ts /^[\\p{C}\\p{Z}]+/u": [["", "\u200b "], ["", " ", "a"]],
  "routes/leads_csv.ts /^[\\t\\r\\n]/": [["", "\t"]],
  "lib/profiles/file_overwrite.ts /[\\\\/][^\\\\/]*$/": [["", "/a"], ["", "\\"]],
  "lib/json/edit.ts /\\r\\n?|\\n/g": [["", "\r"]],
  'lib/json/edit.ts /"\\s*:\\s*$/': [["", '": '], ['":', " ", "x"], ['"', " ", "x"]],
  "lib/json/rewrite.ts /\\r\\n|\\r|\\n/": [["", "\r"]],
  'lib/json/rewrite.ts /[\\r\\n]([ \\t]+)"/': [["", "\n "], ["\n", " ", "x"]],
  'lib/json/rewrite.ts /^[^"]*"(?:[^"\\\\]|\\\\.)*"(\\s*:[ \\t]*)/': [["", "a"], [
    '"',
    '\\"',
  ], [
    '"',
    "a",
  ], ['"a"', " ", "x"]],
  "lib/json/rewrite.ts /[\\r\\n]/": [["", "a"]],
  "lib/json/rewrite.ts /[\\r\\n]([ \\t]*)$/": [["", "\n "], ["\n", " ", "x"]],
  'lib/json/scan.ts /[ !#-[\\]-\\uffff]|\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4})/y': [
    ["", "a"],
    ["", "\\u004"],
  ],
  "lib/json/scan.ts /[\\w.]/": [["", "!"]],
  "lib/json/scan.ts /[-\\d]/": [["", "a"]],
  "lib/json/scan.ts /[\\p{L}_']/u": [["", "1"]],
  "lib/json/text.ts /^\\uFEFF/": [["", "﻿"]],
  "lib/json/text.ts /^[^,]*,/": [["", " "]],
  "lib/profiles/key_suggestion.ts /[а-яёґєіїў]/g": [["", "я"]],
  "lib/profiles/key_suggestion.ts /\\p{M}/gu": [["", "á"]],
  "lib/profiles/key_suggestion.ts /[^a-z0-9]+/": [["", "! "], ["a", " "]],
  "lib/profiles/crm_lines.ts /[,\\n]/": [["", ","], ["", "a"]],
  "lib/profiles/crm_lines.ts /^\\d{1,15}$/": [["", "1"]],
  "lib/profiles/crm_lines.ts /^файл /": [["", "файл "]],
  "lib/profiles/crm_edits.ts /\\r\\n?/g": [["", "\r"]],
  "lib/profiles/crm_edits.ts /\\W/g": [["", "-"], ["", "a-"]],
  "lib/profiles/crm_address.ts /^[a-z\\d][a-z\\d-]*$/": [["", "a-", "!"]],
  "lib/profiles/crm_address.ts /^[a-z]+:\\/\\//": [["", "a", "!"]],
  "lib/profiles/crm_address.ts /\\.(amocrm\\.ru|kommo\\.com)$/": [["", ".amocrm.ru", "!"]],
  "lib/profiles/edits.ts /\\r\\n?/g": [["", "\r"]],
  "lib/profiles/edits.ts /\\r\\n?|\\n/g": [["", "\r"]],
  "lib/profiles/new_profile.ts /[\\p{L}\\p{N}]/u": [["", "!"]],
  "routes/profile_form.ts /\\S+/g": [["", "a "], ["", "a"]],
  "routes/profiles.tsx /^[_$]/": [["", "_"]],
  "routes/words/faults.ts /^на языке (\\S+) такой же текст у кнопки (\\d+), нужен другой$/": [
    ["на языке ", "a"],
    ["на языке a такой же текст у кнопки ", "1", "!"],
  ],
  "routes/words/faults.ts /^такой же текст у кнопки (\\d+), нужен другой$/": [
    ["такой же текст у кнопки ", "1", "!"],
  ],
  "routes/words/faults.ts /^такого профиля больше нет, выберите другой$/": [
    ["", "такого профиля "],
  ],
  "routes/words/faults.ts /^найдено «[^»]*», нужно select_<профиль> из этого файла$/": [
    ["найдено «", "a"],
    ["", "найдено «"],
  ],
  "routes/words/faults.ts /^строка (\\d+): (.*)$/": [["строка ", "1"], ["строка 1: ", "a", "\n"]],
  "routes/words/faults.ts /^строка /": [["", "строка /"]],
  "routes/words/faults.ts /^строка (\\d+), столбец (\\d+): (.*)$/": [["строка ", "1"], [
    "строка 1, столбец ",
    "1",
  ], ["строка 1, столбец 1: ", "a", "\n"]],
  "routes/words/faults.ts /^на диске нет места$/": [["", "на диске нет места"]],
  "routes/words/faults.ts /^диск открыт только для чтения$/": [[
    "",
    "диск открыт только для чтения",
  ]],
  "routes/words/faults.ts /^нет прав на запись$/": [["", "нет прав на запись"]],
  "routes/words/faults.ts /^диск отвечает ошибкой$/": [["", "диск отвечает ошибкой"]],
  "routes/words/faults.ts /^файл занят$/": [["", "файл занят"]],
  "routes/words/faults.ts /^ошибка диска ?(.*)$/": [["ошибка диска ", "a", "\n"]],
  "routes/words/faults.ts /^ключ «(.+)» второй раз, уже есть в строке (\\d+)$/": [[
    "ключ «",
    "» второй раз, уже есть в строке 1",
    "!",
  ], ["ключ «a» второй раз, уже есть в строке ", "1", "!"]],
  "routes/words/faults.ts /^перед «(.)» лишняя запятая: уберите её$/": [["", "перед «"]],
  "routes/words/faults.ts /^найден комментарий, .*$/": [["найден комментарий, ", "a", "\n"]],
  "routes/words/faults.ts /^.*, перед этим нужна запятая$/": [[
    "",
    ", перед этим нужна запятая",
    "!",
  ]],
  "routes/words/faults.ts /^файл обрывается, нужна закрывающая скобка «(.)»$/": [[
    "",
    "файл обрывается, нужна закрывающая скобка «",
  ]],
  "routes/words/faults.ts /^текст не закрыт, .*$/": [["текст не закрыт, ", "a", "\n"]],
  "routes/words/faults.ts /^файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права$/": [[
    "",
    "файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права",
  ]],
  "routes/words/faults.ts /^файл пуст, нужны профили$/": [["", "файл пуст, нужны профили"]],
  "routes/words/faults.ts /^кодировка не UTF-8, .*$/": [["кодировка не UTF-8, ", "a", "\n"]],
  "routes/words/faults.ts /^найдено (\\{.*\\}), можно только (\\S+), (\\S+) и (\\S+)$/": [
    ["найдено {", "}, можно только a, b и c", "\n"],
    ["найдено {}, можно только ", "a,"],
    ["найдено {}, можно только a, ", "b"],
    ["найдено {", "}, можно только "],
  ],
  "routes/words/faults.ts /^вложенность глубже (\\d+), столько не бывает$/": [
    ["вложенность глубже ", "1"],
  ],
  "routes/words/faults.ts /^вместе с подтверждением символов (\\d+), нужно не больше (\\d+)$/": [
    ["вместе с подтверждением символов ", "1"],
    ["вместе с подтверждением символов 1, нужно не больше ", "1", "!"],
  ],
  "routes/words/faults.ts /^вместе с названием символов (\\d+), нужно не больше (\\d+)$/": [[
    "вместе с названием символов ",
    "1",
  ], ["вместе с названием символов 1, нужно не больше ", "1", "!"]],
  "routes/words/faults.ts /^это прежняя ссылка другого профиля, нужно другое слово$/": [[
    "",
    "это прежняя ссылка другого профиля, нужно другое слово",
  ]],
  "routes/words/faults.ts /^прежних ссылок (\\d+), нужно не больше (\\d+)$/": [[
    "прежних ссылок ",
    "1",
  ], ["прежних ссылок 1, нужно не больше ", "1", "!"]],
  "routes/words/faults.ts /^найдено «(.+)», но это слово самого профиля$/": [[
    "найдено «",
    "», но это слово самого профиля",
    "!",
  ]],
};

/** Those that are put together while the bot runs, as they are then. */
const BUILT: Readonly<Record<string, RegExp>> = {
  "lib/bot/admin.ts new RegExp(`^${prefix}(.+)$`)": /^resend:(.+)$/,
  "lib/bot/menu.ts new RegExp(`^${SELECT}`)": new RegExp(`^${SELECT}`),
  "routes/words/faults.ts new RegExp(`^найден адрес с логином, ${ADDRESS_RU}$`)":
    /^найден адрес с логином, нужен адрес http:\/\/ или https:\/\/ без логина и пароля$/,
  "routes/words/faults.ts new RegExp(`^найдена схема «(.+)», ${ADDRESS_RU}$`)":
    /^найдена схема «(.+)», нужен адрес http:\/\/ или https:\/\/ без логина и пароля$/,
  "routes/words/faults.ts new RegExp(`^не похоже на адрес, ${ADDRESS_RU}$`)":
    /^не похоже на адрес, нужен адрес http:\/\/ или https:\/\/ без логина и пароля$/,
};

/** Whatever an expression looks for, these are tried on it. */
const ALWAYS: readonly Pump[] = [
  ..."1aZя _-/.:;,@?=&{}[]()\"'\\«»$%\n\r\t\u2028\u00a0\uD83D".split("").map((
    each,
  ): Pump => ["", each, "!"]),
  ...["1a", "a.", "a-", "a:", "a ", " \n", "\r\n", "()", "{}", "${", "[[", "\"'", "//", "://", ":-"]
    .flatMap((each): Pump[] => [["", each, "!"], ["", each, "\n"]]),
  ["", "🔥", "\uD83D"],
];

/** Texts of the expression's own characters, each alone and each with each: most bad ones show in one of them. */
function* ownCharacters({ source }: RegExp): Generator<Pump> {
  const own = [...new Set(source.replaceAll(/[\\^$|()]/g, "") + " 1a")].slice(0, 24);
  for (const one of own) {
    for (const other of own) yield ["", one + other, "\n\u0000"];
  }
}

function textOf([before, pumped, after = ""]: Pump, size = SIZE): string {
  return before + pumped.repeat(Math.ceil(size / pumped.length)) + after;
}

/** What of a list of texts an expression takes too long for. */
function slowOn(regExp: RegExp, pumps: Iterable<Pump>, size = SIZE, mostMs = MOST_MS): string[] {
  const slow: string[] = [];
  for (const pump of pumps) {
    const text = textOf(pump, size);
    // All matches, as with `g`; without it the first alone.
    const ms = leastMs(() => text.replace(regExp, ""), mostMs);
    if (ms > mostMs) slow.push(`${JSON.stringify(pump)}: ${ms.toFixed()} ms`);
  }
  return slow;
}

Deno.test("every regular expression of the sources has its worst texts here, and no other has", async () => {
  const names = (await readExpressions()).map(({ name }) => name);
  assert.deepEqual([...new Set(names)].toSorted(), Object.keys(WORST).toSorted());
});

Deno.test("every regular expression takes at most 20 ms for its worst text of 64 KiB", async () => {
  const slow = (await readExpressions()).flatMap(({ name, regExp }) => {
    const tried = regExp ?? BUILT[name];
    assert.ok(tried, `Say in BUILT what ${name} is`);
    return slowOn(tried, [...WORST[name] ?? [], ...ALWAYS]).map((each) => `${name} on ${each}`);
  });
  assert.deepEqual(slow, []);
});

Deno.test("no regular expression is slow on a text of its own characters", async () => {
  // A quarter of the length, a sixteenth of a quadratic one's time, is enough to tell one.
  const slow = (await readExpressions()).flatMap(({ name, regExp }) => {
    const tried = regExp ?? BUILT[name];
    assert.ok(tried);
    return slowOn(tried, ownCharacters(tried), SIZE / 4, MOST_MS / 4)
      .map((each) => `${name} on ${each}`);
  });
  assert.deepEqual(slow, []);
});

Deno.test("a quadratic expression is found out by the texts that are always tried", () => {
  const bad = [/\d{5,}:[\w-]{30,}/g, /\s*[\r\n]+\s*/g, /\b[a-z][a-z\d+.-]*:\/\//gi, /\/+$/];
  for (const each of bad) {
    const isFound = ALWAYS.some((pump) => slowOn(each, [pump], SIZE / 8, MOST_MS / 4).length > 0);
    assert.ok(isFound, String(each));
  }
});

Deno.test("expressionsOf reads literals, RegExp and patterns handed over as a text, and no division", () => {
  const source = [
    "const half = (total / 2) / parts; // no /comment/",
    "const one = /a\\/[/]b/gi.test(text);",
    "const two = new RegExp(`^${some}$`), three = RegExp(other);",
    'text.match("x+"); text.search(`y${z}`); text.match(/k+/); text.split("/a/");',
    "const view = <a href={'/b/'}>it's / or / isn't</a>;",
  ].join("\n");
  assert.deepEqual(expressionsOf("some.tsx", source).map(({ name }) => name), [
    "some.tsx /a\\/[/]b/gi",
    "some.tsx new RegExp(`^${some}$`)",
    "some.tsx RegExp(other)",
    'some.tsx text.match("x+")',
    "some.tsx text.search(`y${z}`)",
    "some.tsx /k+/",
  ]);
});
