"""What names of elements and words beside a date say of it, in many languages."""

from __future__ import annotations

import re

MARKED = re.compile(
    r"(?:^|[-_\s])(?:time|published|publish|timestamp|byline|meta|fecha|datum|data|info|source)(?:[-_\s]|$)"
    r"|date|publi|posted|pubtime|author|autor|post-?(?:info|foot|meta)",
    re.IGNORECASE,
)
PUBLISHED_MARK = re.compile(r"publi(?!c(?:[-_\s]|$))|posted", re.IGNORECASE)
UPDATE_MARK = re.compile(r"updat|modif|revis|edited", re.IGNORECASE)
UPDATE_WORDS = re.compile(
    r"updated?\b|last modified|actualizad|atualizad|mis(?:e)? à jour|modifié|aktualisiert|geändert|aggiornat|modificat"
    r"|bijgewerkt|zaktualizowan|aktualizacj|aktualizov|uppdaterad|opdateret|oppdatert|päivitetty|frissítve|güncelle"
    r"|обновлен|обновлён|изменен|оновлен|ενημέρωση|تحديث|محدث|به‌روز|بروزرسانی|עודכן|अपडेट|হালনাগাদ|更新|수정|cập nhật"
    r"|diperbarui|อัปเดต|actualitzat|actualizat|ажурирано|ažurirano",
    re.IGNORECASE,
)
PUBLISHED_WORDS = re.compile(
    r"\bpublish|\bposted\b|date posted|publicad|publié|mis en ligne|veröffentlicht|pubblicat|gepubliceerd|geplaatst"
    r"|opublikowan|publikov|publicerad|publicat|julkaistu|udgivet|közzétéve|yayınlan|yayım|eklenme|objavljen|објављен"
    r"|опубликован|опубліков|публикаци|размещен|публикуван|δημοσίευση|δημοσιεύθηκε|δημοσιεύτηκε|ανάρτηση"
    r"|نشر|انتشار|شائع|שפורסם|פורסם|प्रकाशित|প্রকাশ|发布|發布|发表|發表|刊登|公開|掲載|投稿日|配信|입력|게재|등록"
    r"|diterbitkan|dipublikasikan|đăng lúc|ngày đăng|เผยแพร่|วันที่โพสต์",
    re.IGNORECASE,
)
# Parts of a page that are about something else, whatever stands beside them.
ELSEWHERE = re.compile(r"related|sidebar|comment|recommend|popular|trending|newsletter|copyright", re.IGNORECASE)
# Boxes that an article's head or foot may be too.
BOX_TAGS = frozenset(["nav", "footer", "aside", "form", "select"])
BOX = re.compile(r"widget|footer|more-|teaser|latest|promo", re.IGNORECASE)
