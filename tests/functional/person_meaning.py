# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a contact says, in one form for vCards (desktop, CardDAV) and for ActiveSync's
elements (embedded server), and back. Written from the specifications, without the
mapping under test.

A person is {property: text or tuple}; what is empty is left out."""

import base64
import re

import book

PHONES = {"cell": ("CELL",), "work": ("WORK", "VOICE"), "home": ("HOME", "VOICE"), "work fax": ("WORK", "FAX"), "home fax": ("HOME", "FAX"),
          "pager": ("PAGER",), "car": ("CAR",), "radio": ("X-EVOLUTION-RADIO",), "assistant's": ("X-EVOLUTION-ASSISTANT",),
          "company": ("X-EVOLUTION-COMPANY",)}
PHONE_ELEMENTS = {"cell": ["MobilePhoneNumber"], "work": ["BusinessPhoneNumber", "Business2PhoneNumber"],
                  "home": ["HomePhoneNumber", "Home2PhoneNumber"], "work fax": ["BusinessFaxNumber"], "home fax": ["HomeFaxNumber"],
                  "pager": ["PagerNumber"], "car": ["CarPhoneNumber"], "radio": ["RadioPhoneNumber"],
                  "assistant's": ["AssistantPhoneNumber"], "company": ["two_CompanyMainPhone"]}
ADDRESSES = {"work": "Business", "home": "Home", "other": "Other"}
ADDRESS_PARTS = ["Street", "City", "State", "PostalCode", "Country"]
NAME_PARTS = {"family": "LastName", "given": "FirstName", "middle": "MiddleName", "prefix": "Title", "suffix": "Suffix"}
LINES = {"file as": ("X-EVOLUTION-FILE-AS", "FileAs"), "nickname": ("NICKNAME", "two_NickName"), "title": ("TITLE", "JobTitle"),
         "manager": ("X-EVOLUTION-MANAGER", "two_ManagerName"), "assistant": ("X-EVOLUTION-ASSISTANT", "AssistantName"),
         "spouse": ("X-EVOLUTION-SPOUSE", "Spouse"), "url": ("URL", "WebPage"), "note": ("NOTE", "note")}
ORGANIZATION = {"company": "CompanyName", "department": "Department", "office": "OfficeLocation"}
DAYS = {"birthday": ("BDAY", "Birthday"), "anniversary": ("X-EVOLUTION-ANNIVERSARY", "Anniversary")}
IM = ["two_IMAddress", "two_IMAddress2", "two_IMAddress3"]


def tidy(said):
    return {name: value for name, value in said.items() if value not in (None, "", (), ("",) * 5)}


def newlines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") if text else text


# vCards

def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def of_card(card):
    said = dict(zip(NAME_PARTS, (card.parts("N") or []) + [""] * 5))
    said.update({name: newlines(card.value(line)) for name, (line, _) in LINES.items()})
    said.update(zip(ORGANIZATION, (card.parts("ORG") or []) + [""] * 3))
    said.update({name: (card.value(line) or "")[:10] for name, (line, _) in DAYS.items()})
    said["emails"] = tuple(card.values("EMAIL"))
    said["im"] = tuple(sorted(re.sub(r"^[a-z-]+:", "", v) for name, found in card.properties.items() if name == "IMPP" or re.match("X-(AIM|JABBER|ICQ|SKYPE|MSN|YAHOO)$", name)
                              for _, v in found))
    for kind in PHONES:
        said["phone " + kind] = ()
    for given, value in card.properties.get("TEL", []):
        kind = phone_kind(given["TYPE"])
        said["phone " + kind] = said.get("phone " + kind, ()) + (value,)
    for kind in ADDRESSES:
        parts = card.parts("ADR", kind.upper())
        said["address " + kind] = street_first(parts) if parts else ()
    said["categories"] = tuple(sorted(c for v in (raw for _, raw in card.properties.get("CATEGORIES", []))
                                      for c in re.split(r"(?<!\\),", v) if c))
    said["photo"] = card.photo()
    return tidy(said)


def street_first(parts):
    """Some keep the second line of a street as the extended address."""
    street = "\n".join(part for part in (parts[2], parts[1]) if part)
    return tuple(newlines(part) for part in [street] + parts[3:7])


def phone_kind(types):
    for kind in ("pager", "car", "radio", "assistant's", "company", "cell"):
        if PHONES[kind][0] in types:
            return kind
    if "FAX" in types:
        return "home fax" if "HOME" in types else "work fax"
    return "home" if "HOME" in types else "work" if "WORK" in types else "other"


def to_card(person, uid):
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", "FN:" + escaped(" ".join(person[k] for k in ("given", "family") if k in person)),
             "N:" + ";".join(escaped(person.get(name, "")) for name in NAME_PARTS)]
    lines += [f"{line}:{escaped(person[name])}" for name, (line, _) in LINES.items() if name in person]
    lines += [f"{line}:{person[name]}" for name, (line, _) in DAYS.items() if name in person]
    if any(name in person for name in ORGANIZATION):
        lines.append("ORG:" + ";".join(escaped(person.get(name, "")) for name in ORGANIZATION))
    lines += [f"EMAIL;TYPE=WORK:{address}" for address in person.get("emails", ())]
    lines += [f"IMPP:{address}" for address in person.get("im", ())]
    for kind, types in PHONES.items():
        lines += [f"TEL;TYPE={','.join(types)}:{number}" for number in person.get("phone " + kind, ())]
    for kind in ADDRESSES:
        if "address " + kind in person:
            lines.append(f"ADR;TYPE={kind.upper()}:;;" + ";".join(escaped(part) for part in person["address " + kind]))
    if "categories" in person:
        lines.append("CATEGORIES:" + ",".join(escaped(c) for c in person["categories"]))
    if "photo" in person:
        lines.append(book.inline_photo(person["photo"]))
    return "\r\n".join(lines + ["END:VCARD", ""])


# ActiveSync

def plain_address(text):
    """The address in '"Ann Smith" <ann@example.test>'."""
    match = re.search(r"<([^<>]*)>\s*$", text)
    return match.group(1) if match else text


def of_item(xml):
    found = book.elements_of(xml)
    found = {**found, **{"two_" + name: value for name, value in found.items()}}
    said = {name: found.get(element) for name, element in {**NAME_PARTS, **ORGANIZATION}.items()}
    said.update({name: newlines(found.get(element)) for name, (_, element) in LINES.items()})
    said.update({name: (found.get(element) or "")[:10] for name, (_, element) in DAYS.items()})
    said["emails"] = tuple(plain_address(found[f"Email{n}Address"]) for n in (1, 2, 3) if found.get(f"Email{n}Address"))
    said["im"] = tuple(sorted(found[name] for name in IM if found.get(name)))
    for kind, names in PHONE_ELEMENTS.items():
        said["phone " + kind] = tuple(found[name] for name in names if found.get(name))
    for kind, element in ADDRESSES.items():
        said["address " + kind] = tuple(newlines(found.get(f"{element}Address{part}") or "") for part in ADDRESS_PARTS)
    said["categories"] = tuple(sorted(found.get("Categories") or ()))
    said["photo"] = base64.b64decode(found["Picture"]) if found.get("Picture") else None
    return tidy(said)


def to_elements(person):
    out = {element: person[name] for name, element in {**NAME_PARTS, **ORGANIZATION}.items() if name in person}
    out.update({element: person[name].replace("\n", "\r\n") for name, (_, element) in LINES.items() if name in person})
    out.update({element: f"{person[name]}T11:59:00.000Z" for name, (_, element) in DAYS.items() if name in person})
    out.update({f"Email{n}Address": address for n, address in enumerate(person.get("emails", ()), 1)})
    out.update(zip(IM, person.get("im", ())))
    for kind, names in PHONE_ELEMENTS.items():
        out.update(zip(names, person.get("phone " + kind, ())))
    for kind, element in ADDRESSES.items():
        out.update({f"{element}Address{part}": value for part, value in zip(ADDRESS_PARTS, person.get("address " + kind, ())) if value})
    if "categories" in person:
        out["Categories"] = person["categories"]
    if "photo" in person:
        out["Picture"] = base64.b64encode(person["photo"]).decode()
    return book.item_xml(**out)


def difference(meant, said):
    return {name: (meant.get(name), said.get(name)) for name in sorted(set(meant) | set(said)) if meant.get(name) != said.get(name)}
