"""Thousands are set apart as in English; Django's own format of 简体中文 sets nothing apart."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
