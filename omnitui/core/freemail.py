"""Domains whose addresses say nothing of a person's firm."""

from __future__ import annotations

_LIST = """
gmail.com googlemail.com outlook.com outlook.es outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de
hotmail.es hotmail.fr hotmail.it hotmail.nl live.com live.nl live.co.uk live.fr live.be msn.com yahoo.com
yahoo.co.uk yahoo.de yahoo.es yahoo.fr yahoo.it yahoo.co.jp yahoo.com.br yahoo.com.tw yahoo.com.vn ymail.com
rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com
tutanota.de tuta.io tuta.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de freenet.de t-online.de arcor.de
mail.com mail.ru bk.ru inbox.ru list.ru yandex.com yandex.ru ya.ru rambler.ru ukr.net qq.com foxmail.com
163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn hinet.net naver.com daum.net hanmail.net
fastmail.com fastmail.fm hey.com zoho.com hushmail.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net
libero.it virgilio.it tiscali.it alice.it terra.es telefonica.net ziggo.nl kpnmail.nl planet.nl xs4all.nl
home.nl hetnet.nl telenet.be skynet.be bluewin.ch btinternet.com sky.com comcast.net verizon.net att.net
sbcglobal.net bellsouth.net cox.net charter.net earthlink.net rogers.com shaw.ca bigpond.com optusnet.com.au
seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg uol.com.br bol.com.br terra.com.br rediffmail.com
vnn.vn fpt.vn
"""
_FREE = frozenset(_LIST.split())


def organisation(address: str) -> str:
    """The firm an address speaks for: its domain, or nothing where everybody may have such an address."""
    domain = address.rpartition("@")[2].lower()
    return "" if domain in _FREE or "." not in domain else domain
