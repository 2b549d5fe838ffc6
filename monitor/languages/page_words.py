"""Pure. The words of the page, in English and Arabic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "title": "False alarm",
    "ask": "This story will be silenced: it is not alerted, repeated or put into digests any more. Neither is what the "
    "same publisher tells with the same evidence, until the time that you choose is over. Nothing happens before you "
    "press the button.",
    "watchlist": "Watchlist",
    "author": "Your name",
    "reason": "Why it is false",
    "lasts": "For how long",
    "days": "{n} days",
    "act": "Call it a false alarm",
    "done": "It is silenced.",
    "detail": "Suppression {id} holds until {until}; {count} items of the story were silenced.",
    "quiet": "Nothing in this story is alerted: somebody called it false already, or it is gone.",
    "wrong": "This link is not valid: it was changed, or comes from another monitor.",
    "expired": "This link is over. The number of the item still works: monitor ack ITEM --false-positive.",
    "incomplete": "Your name and a reason are needed: others review what is silenced.",
    "missing": "There is no such page.",
    "busy": "The monitor cannot do that now; try again in a minute.",
}
ARABIC: Mapping[str, str] = {
    "title": "إنذار كاذب",
    "ask": "سيُسكت هذا الخبر: لا تنبيه به ولا تكرار ولا ذكر في الموجزات. وكذلك ما ينشره الناشر نفسه بالدليل نفسه إلى أن "
    "تنتهي المدة التي تختارها. لا يحدث شيء قبل الضغط على الزر.",
    "watchlist": "قائمة الرصد",
    "author": "اسمك",
    "reason": "لماذا هو خاطئ",
    "lasts": "المدة",
    "days": "{n} يومًا",
    "act": "إعلانه إنذارًا كاذبًا",
    "done": "تم إسكاته.",
    "detail": "الإسكات رقم {id} سارٍ حتى {until}؛ عدد المواد التي أُسكتت من هذا الخبر: {count}.",
    "quiet": "لا شيء في هذا الخبر يستدعي تنبيهًا: سبق أن أُعلن خاطئًا، أو لم يعد موجودًا.",
    "wrong": "هذا الرابط غير صالح: جرى تغييره أو هو من جهاز رصد آخر.",
    "expired": "انتهت صلاحية هذا الرابط. ما زال رقم المادة صالحًا: monitor ack ITEM --false-positive.",
    "incomplete": "الاسم والسبب مطلوبان: يراجع آخرون ما يُسكت.",
    "missing": "لا توجد صفحة كهذه.",
    "busy": "لا يمكن ذلك الآن؛ حاول بعد دقيقة.",
}


def words_for(accepted: str) -> tuple[str, Mapping[str, str]]:
    """Language and words for an Accept-Language header: Arabic where that comes first, else English."""
    first = accepted.split(",")[0].strip().lower()
    return ("ar", ARABIC) if first == "ar" or first.startswith("ar-") else ("en", ENGLISH)
